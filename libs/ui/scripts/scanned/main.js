// The page that checks documents: a QR code's payload comes behind the address' #, from the camera, from a picture or
// by hand, and is checked here, also without a network. A verification code is only ever posted by its form.
import { Register } from "./keeping.js";
import { digitsIn } from "./payload.js";
import { Camera, textOnPicture } from "./scanning.js";
import { entitle, focusOn, momentOf, retell, show } from "./showing.js";
import { verdictOf } from "./verdict.js";

const WAIT_FOR_LISTS_MS = 3000;
const LISTS_AGAIN_MS = 15 * 60 * 1000;

const scanned = document.getElementById("scanned");
const register = new Register();
const form = document.getElementById("code").form;
const tools = document.getElementById("scan-tools").content.cloneNode(true);
const parts = Object.fromEntries([...tools.querySelectorAll("[data-part]")].map((each) => [each.dataset.part, each]));
document.getElementById("typed").before(tools);
const start = [...scanned.childNodes];
const heading = scanned.querySelector("h1");
const camera = new Camera(parts.video, accept);
let checks = 0;
let latest = null;

// Every verdict waits a moment for fresher lists while there may be some, and is given anew if they change it.
async function check(digits) {
  checks += 1;
  const mine = checks;
  closeCamera();
  await opened;
  if (navigator.onLine) await Promise.race([register.refresh(), after(WAIT_FOR_LISTS_MS)]);
  const verdict = await verdictOf(digits, register, Date.now());
  if (mine !== checks) return;
  latest = { digits, verdict };
  show(scanned, verdict);
}

async function checkAgain() {
  tellAge();
  if (!latest) return;
  const { digits, verdict } = latest;
  const now = await verdictOf(digits, register, Date.now());
  if (latest?.digits !== digits) return;
  latest = { digits, verdict: now };
  if (now.outcome === verdict.outcome) retell(scanned, now.asOf);
  else show(scanned, now);
}

// Whether what a scanner read is understood; the camera goes on looking if it isn't.
function accept(text) {
  const digits = digitsIn(text);
  if (digits) {
    check(digits);
    return true;
  }
  const code = /\/v#([0-9a-z-]{16,24})$/i.exec(text.trim())?.[1];
  if (!code) {
    say("foreign");
    return false;
  }
  closeCamera();
  form.elements.code.value = code;
  say("typed");
  form.elements.code.focus();
  return true;
}

function startOver() {
  checks += 1;
  latest = null;
  for (const link of document.querySelectorAll("a[hreflang]")) link.hash = "";
  form.reset();
  document.getElementById("told").textContent = "";
  say();
  scanned.replaceChildren(...start);
  entitle(heading.textContent.trim());
  focusOn(heading);
}

function say(what) {
  parts.status.textContent = what ? parts.status.dataset[what] : "";
}

function tellAge() {
  const oldest = register.oldest();
  const age = !oldest ? "none" : Date.now() < oldest.expires ? "ready" : "old";
  for (const told of parts.age.children) {
    told.hidden = told.dataset.age !== age;
    const moment = told.querySelector("[data-moment]");
    if (moment && oldest) moment.textContent = momentOf(oldest.asOf);
  }
}

function closeCamera() {
  camera.stop();
  parts.viewfinder.hidden = true;
  parts.camera.hidden = !Camera.there;
}

async function openCamera() {
  parts.camera.hidden = true;
  parts.viewfinder.hidden = false;
  say("starting");
  parts.stop.focus();
  try {
    await camera.start();
    say("searching");
  } catch (error) {
    closeCamera();
    say(error.name === "NotAllowedError" ? "refused" : "missing");
    parts.camera.focus();
  }
}

async function readPicture() {
  const [file] = parts.file.files;
  if (!file) return;
  closeCamera();
  say("reading");
  const text = await textOnPicture(file);
  parts.file.value = "";
  if (text === null) say("unreadable");
  else accept(text);
}

function readFragment() {
  const fragment = location.hash.slice(1);
  if (!fragment) return;
  history.replaceState(null, "", location.pathname + location.search);
  const digits = digitsIn(fragment);
  if (digits) {
    // The other language's page reads it anew; it is a fragment there, too.
    for (const link of document.querySelectorAll("a[hreflang]")) link.hash = digits;
    check(digits);
  } else {
    form.elements.code.value = fragment;
    form.requestSubmit();
  }
}

// A scanner that types, or somebody who pastes, may put a whole address into the form; that isn't sent.
function submitted(event) {
  const digits = digitsIn(event.target.elements.code?.value ?? "");
  if (digits) {
    event.preventDefault();
    check(digits);
  } else if (!navigator.onLine) {
    event.preventDefault();
    (event.target.querySelector("[data-offline]") ?? parts.status).textContent = parts.status.dataset.offline;
  }
}

function after(milliseconds) {
  return new Promise((done) => { setTimeout(done, milliseconds); });
}

function prepareInstallation() {
  let offer = null;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    parts.install.hidden = false;
  });
  parts.install.addEventListener("click", async () => {
    await offer?.prompt();
    parts.install.hidden = true;
  });
  // Two small scopes, so that no other page of the platform ever meets the worker; QR codes have capitals.
  for (const scope of ["/v", "/V"]) {
    // Where it can't be had the page works all the same, with a network.
    navigator.serviceWorker?.register("/v/worker.js", { scope }).catch(() => {});
  }
}

const opened = register.open().then(() => register.oldest() && tellAge());
opened.then(() => register.refresh());
register.addEventListener("refreshed", checkAgain);
setInterval(() => register.refresh(), LISTS_AGAIN_MS);
addEventListener("online", () => register.refresh());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) closeCamera();
  else register.refresh();
});
document.addEventListener("submit", submitted);
scanned.addEventListener("click", (event) => {
  if (!event.target.closest("a[href='/v']")) return;
  event.preventDefault();
  startOver();
});
parts.camera.addEventListener("click", openCamera);
parts.stop.addEventListener("click", () => {
  closeCamera();
  say();
  parts.camera.focus();
});
parts.picture.addEventListener("click", () => parts.file.click());
parts.file.addEventListener("change", readPicture);
closeCamera();
prepareInstallation();
addEventListener("hashchange", readFragment);
readFragment();
