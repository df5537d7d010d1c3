import type { offlineZh, renewZh, speechZh, wakeZh } from './offline.zh.ts';

/** What pages say while the gateway is away: what is old, and what nobody knows yet. */
export const offlineEn: typeof offlineZh = {
  pictureOf: 'This is the picture of {{time}}, not the present.',
  cut: '{{count}} more were not kept on this device.',
  asOf: 'At {{time}}: {{state}}',
  titleStale: '⚠ Disconnected · Shouwang',
  queuedCount: 'Nobody knows yet of {{count}} of your presses! Tell your colleagues by radio or telephone.',
  queued: '“{{act}}”, pressed at {{time}}: nobody knows it yet!',
  queuedHint:
    'Tell your colleagues by radio or telephone. It is sent by itself when connected, and only once.',
  sendNow: 'Try now',
  withdraw: 'Take back, I am not going',
  withdrawArrive: 'Take back',
  old: '“{{act}}”, pressed at {{time}}, was never sent, and nobody knows it. Does it still hold?',
  oldHint: 'After so long it is not sent without you.',
  still: 'It holds, send now',
  noMore: 'No longer',
  already_accepted: '{{who}} accepted it at {{time}}. You need not go.',
  already_arrived: '{{who}} arrived at {{time}}.',
  already_resolved: '{{who}} resolved it at {{time}}.',
  realarmed: 'It alarmed again after you pressed! Your press did not count: look at it and press again.',
  lapsed:
    'Your acceptance of {{time}} was recorded, but nobody arrived in time and it waits again. Press again if you go.',
  needsPresent: 'Not possible while disconnected: this needs the true state. Use radio or telephone first.',
};

/** What a board says of its screen that may go dark. */
export const wakeEn: typeof wakeZh = {
  lost: 'This screen may go dark by itself!',
  lostHint: 'The board has to stay lit. Press here; if that fails, plug it in and turn battery saving off.',
  restore: 'Keep it lit',
};

/** Reading alarms out. */
export const speechEn: typeof speechZh = {
  title: 'Read out place and class',
  hint: 'An alarm is read out: where, and what. Never a name.',
  none: 'This device has no English voice and cannot read out. There is only the alarm sound.',
  failed: 'Nothing could be read out. There is only the alarm sound.',
  on: 'Voice is on',
  mute: 'No voice',
  say: '{{class}}, {{place}}',
};

/** A newer version of the pages. */
export const renewEn: typeof renewZh = {
  ready: 'There is a new version of this page.',
  hint: 'Nothing alarms now, so it can be taken. Press “Start shift” again afterwards to turn the sound on.',
  now: 'Take it now',
};
