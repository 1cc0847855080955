/* A soft sound when something concerns the reader, for who switched it on. Two notes, made here: no file to load. */
let context = null, last = 0;

function note(frequency, at) {
  const tone = context.createOscillator(), volume = context.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.08, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.32);
}

document.addEventListener("notified", async () => {
  if (Date.now() - last < 3_000) return; // many at once are one sound
  last = Date.now();
  try {
    context ||= new AudioContext();
    if (context.state === "suspended") await context.resume(); // browsers wait for a first click
    note(660, context.currentTime);
    note(880, context.currentTime + 0.12);
  } catch { /* a machine without sound */ }
});
