// QR codes off the camera and off pictures; neither a picture nor a frame of it leaves the page.
import { decodeQR } from "qr/decode.js";

const FRAME_PX = 960;
const PICTURE_PX = [1600, 2600, 900];
const BETWEEN_FRAMES_MS = 80;
const HARD = { effort: 50, timeLimit: 800 };

// The camera, from a press of its button until a code is accepted or somebody stops it.
export class Camera {
  #stream = null;

  constructor(video, accept) {
    this.video = video;
    this.accept = accept;
  }

  static get there() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  // Raises what getUserMedia raises: NotAllowedError where it's refused, others where there's no camera.
  async start() {
    const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
    this.#stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
    this.video.srcObject = this.#stream;
    await this.video.play();
    this.#look();
  }

  stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.video.srcObject = null;
  }

  async #look() {
    while (this.#stream) {
      const { videoWidth: width, videoHeight: height } = this.video;
      const text = width ? await textIn(this.video, width, height, FRAME_PX, {}) : null;
      if (text !== null && this.#stream && this.accept(text)) this.stop();
      await new Promise((done) => { setTimeout(done, BETWEEN_FRAMES_MS); });
    }
  }
}

// What the QR code on a picture says, at the size at which it can be read; null where there's none.
export async function textOnPicture(file) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return null;
  }
  try {
    for (const longest of PICTURE_PX) {
      const text = await textIn(picture, picture.width, picture.height, longest, HARD);
      if (text !== null) return text;
    }
    return null;
  } finally {
    picture.close();
  }
}

async function textIn(source, width, height, longest, effort) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return (await textByBrowser(canvas)) ?? textByReader(context, canvas, effort);
}

async function textByBrowser(canvas) {
  const detector = await browsersOwn;
  try {
    return (await detector?.detect(canvas))?.[0]?.rawValue ?? null;
  } catch {
    // Some phones have the interface and no service behind it.
    return null;
  }
}

function textByReader(context, { width, height }, effort) {
  try {
    return decodeQR(context.getImageData(0, 0, width, height), effort);
  } catch {
    // That is how it says that there's no code.
    return null;
  }
}

const browsersOwn = (async () => {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats();
  return formats?.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
})();
