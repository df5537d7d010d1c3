let context: AudioContext | undefined;

/** unlock lets the page sound; browsers ask for a tap before. */
export function unlock(): void {
  context ??= new AudioContext();
  void context.resume();
}

/** ring sounds two short tones: somebody triggered something. */
export function ring(): void {
  if (context === undefined || context.state !== 'running') return;
  for (const [at, hertz] of [
    [0, 880],
    [0.18, 1175],
  ] as const) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.4, context.currentTime + at);
    volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + at + 0.16);
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.17);
  }
}
