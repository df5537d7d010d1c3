/** What stations and screens on the wall say. */
export const stationEn = {
  who: 'Who are you?',
  whoHint: 'Tap your name, or hold your badge to the reader.',
  for: '{{act}}: {{place}}, {{class}}',
  onDuty: 'On duty',
  others: 'Others',
  none: 'Nobody is registered as staff here.',
  pin: '{{name}}, enter your PIN',
  pinHint: '4 to 8 digits, then ✓.',
  entered: '{{count}} digits entered',
  erase: 'Erase',
  enter: 'Enter',
  back: 'Somebody else',
  stay: 'I go on (not asked again for 2 min)',
  reading: 'Checking the badge…',
  checking: 'Checking…',
  hand: '{{name}} is at work',
  done: 'Done',
};

export const wallEn = {
  title: 'Alarms',
  calm: 'No alarm now',
  more: '{{count}} more',
  raised: 'Nobody goes',
  accepted: 'Somebody goes',
  arrived: 'Somebody is there',
  since: 'since {{time}}',
};

export const pinEn = {
  title: 'PIN for stations',
  hint: 'Entered at a station after your name. 4 to 8 digits; no 1234, no 0000, no year.',
  password: 'Password',
  pin: 'New PIN',
  save: 'Set it',
  saved: 'It is set.',
};
