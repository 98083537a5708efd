// How a verdict is shown: one of the page's templates, filled, read aloud, and with the focus on its heading.

const DAY_MS = 86400000;

export function day(moment) {
  return format({ dateStyle: "long", timeZone: "UTC" }, moment);
}

// In the time of this device.
export function momentOf(moment) {
  return format({ dateStyle: "long", timeStyle: "short" }, moment);
}

export function show(place, { outcome, claims, asOf }) {
  const part = document.getElementById(`scanned-${outcome}`).content.cloneNode(true);
  for (const field of part.querySelectorAll("input[name=code]")) field.value = claims.code;
  if (claims?.number) fill(part, claims, asOf);
  place.replaceChildren(part);
  const title = place.querySelector("h1");
  entitle(title.textContent.trim());
  document.getElementById("told").textContent = title.textContent.trim();
  focusOn(title);
}

// The same verdict by a fresher list.
export function retell(place, asOf) {
  for (const told of place.querySelectorAll("[data-claim=as_of]")) if (asOf) told.textContent = momentOf(asOf);
}

export function entitle(text) {
  document.title = `${text} – ${document.title.split(" – ").pop()}`;
}

export function focusOn(heading) {
  heading.tabIndex = -1;
  heading.focus();
}

function fill(part, claims, asOf) {
  const words = wordsOf(claims, asOf);
  for (const place of part.querySelectorAll("[data-claim]")) {
    const word = words[place.dataset.claim];
    const told = place.dataset[`word${word}`] ?? (word || place.dataset.none);
    if (told) place.textContent = told;
    else place.closest(".govuk-summary-list__row").remove();
  }
  const shortened = [claims.arabicName, claims.latinName].some((name) => name.endsWith("…"));
  for (const place of part.querySelectorAll("[data-if=shortened]")) if (!shortened) place.remove();
}

function wordsOf(claims, asOf) {
  return {
    number: claims.number,
    kind: claims.kind,
    issued_on: day(claims.issuedOn),
    valid_until: claims.expires === null ? "" : day(claims.expires - DAY_MS),
    arabic_name: claims.arabicName,
    latin_name: claims.latinName,
    as_of: asOf === undefined ? "" : momentOf(asOf),
  };
}

function format(style, moment) {
  return new Intl.DateTimeFormat(document.documentElement.lang, style).format(moment);
}
