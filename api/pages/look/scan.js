// SPDX-License-Identifier: EUPL-1.2
// The camera fills in the field that one can also type in, and sends the form. Nothing here decides anything.
const camera = document.getElementById("camera");
const view = document.getElementById("view");
const told = document.getElementById("told");
const start = document.getElementById("start");
const torch = document.getElementById("torch");
const photo = document.getElementById("photo");
const form = document.getElementById("code-form");
const field = document.getElementById("code");
const EVERY_MS = 150;
let reader;
let stream;

const say = (name) => {
  told.textContent = told.dataset[name];
};

// The phone's own decoder where it has one; ours, which is large, is fetched only where it has none.
const decoder = async () => {
  if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const own = new BarcodeDetector({ formats: ["qr_code"] });
    return async (source) => (await own.detect(source))[0]?.rawValue;
  }
  await new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src: camera.dataset.decoder, onload: done, onerror: failed });
    document.head.append(script);
  });
  const { prepareZXingModule, readBarcodes } = globalThis.ZXingWASM;
  prepareZXingModule({ overrides: { locateFile: () => camera.dataset.wasm } });
  return async (source) =>
    (await readBarcodes(pixels(source), { formats: ["QRCode"], maxNumberOfSymbols: 1 }))[0]?.text;
};

const pixels = (source) => {
  const canvas = document.createElement("canvas");
  canvas.width = source.videoWidth || source.width;
  canvas.height = source.videoHeight || source.height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
};

const found = (text) => {
  stop();
  say("read");
  field.value = text;
  form.requestSubmit();
};

const stop = () => {
  for (const track of stream?.getTracks() ?? []) {
    track.stop();
  }
  stream = undefined;
  view.srcObject = null;
  view.hidden = true;
};

const look = async () => {
  while (stream) {
    const text = view.videoWidth ? await reader(view).catch(() => undefined) : undefined;
    if (text && stream) {
      found(text);
      return;
    }
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
};

const begin = async () => {
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 } },
    });
  } catch (fault) {
    say(fault.name === "NotAllowedError" ? "refused" : "absent");
    field.focus();
    return;
  }
  say("looking");
  view.hidden = false;
  view.srcObject = stream;
  await view.play();
  torch.hidden = !stream.getVideoTracks()[0].getCapabilities?.().torch;
  try {
    reader ??= await decoder();
  } catch {
    stop();
    say("offline");
    return;
  }
  look();
};

start.addEventListener("click", () => (stream ? stop() : begin()));
torch.addEventListener("click", async () => {
  const on = torch.getAttribute("aria-pressed") !== "true";
  await stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
  torch.setAttribute("aria-pressed", String(on));
});
photo.addEventListener("change", async () => {
  if (!photo.files.length) {
    return;
  }
  try {
    reader ??= await decoder();
    const text = await reader(await createImageBitmap(photo.files[0]));
    text ? found(text) : say("unread");
  } catch {
    say("unread");
  }
});
form.addEventListener("submit", (event) => {
  if (!navigator.onLine) {
    event.preventDefault();
    say("offline");
  }
});
addEventListener("pagehide", stop);

// A page of ours for when there is no network; a browser that will not have it does without.
navigator.serviceWorker?.register("/worker.js").catch(() => undefined);

camera.hidden = false;
if (!navigator.mediaDevices) {
  start.hidden = true;
  say("absent");
}
