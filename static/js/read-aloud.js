// Reads the words of a message aloud. The button shows only where the browser has a voice of that language;
// the page is whole without this file.

const speech = window.speechSynthesis;
const buttons = () => document.querySelectorAll("[data-read-aloud]");
let speaking = null;

// Cantonese is not what somebody who reads zh-Hans expects to hear.
const unfit = (tag, lang) => lang.startsWith("zh") && /^(yue|zh-(hk|mo))/.test(tag);
const plain = (tag) => tag.toLowerCase().replaceAll("_", "-");

// Only voices of the device itself: others send the words to somebody's server.
function voiceOf(lang) {
  const wanted = plain(lang);
  const main = wanted.split("-")[0];
  const known = speech.getVoices().filter((voice) => {
    const tag = plain(voice.lang);
    const fits = tag === main || tag.startsWith(`${main}-`) || (main === "zh" && tag.startsWith("cmn"));
    return voice.localService && fits && !unfit(tag, wanted);
  });
  const first = wanted === "zh-hans" ? "zh-cn" : wanted;
  return known.find((voice) => plain(voice.lang) === first) ?? known[0];
}

// Long texts stop in some browsers after a quarter of a minute: sentence by sentence they do not.
const sentences = (text) => text.match(/[^.!?。！？\n]+[.!?。！？]*/g) ?? [];

function mark(button, on) {
  button.setAttribute("aria-pressed", String(on));
  button.querySelector("[data-begin]").hidden = on;
  button.querySelector("[data-end]").hidden = !on;
}

function stop() {
  speech.cancel();
  if (speaking) mark(speaking, false);
  speaking = null;
}

function read(button) {
  const text = document.getElementById(button.dataset.readAloud)?.textContent ?? "";
  const voice = voiceOf(button.dataset.lang);
  const parts = sentences(text).filter((part) => part.trim());
  if (!voice || !parts.length) return;
  speaking = button;
  mark(button, true);
  parts.forEach((part, at) => {
    const words = new SpeechSynthesisUtterance(part);
    words.voice = voice;
    words.lang = voice.lang;
    if (at === parts.length - 1) words.addEventListener("end", () => speaking === button && stop());
    words.addEventListener("error", () => speaking === button && stop());
    speech.speak(words);
  });
}

function show() {
  for (const button of buttons()) button.hidden = !voiceOf(button.dataset.lang);
}

if (speech) {
  show();
  speech.addEventListener?.("voiceschanged", show);
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-read-aloud]");
    if (!button) return;
    const again = button === speaking;
    stop();
    if (!again) read(button);
  });
  window.addEventListener("pagehide", stop);
}
