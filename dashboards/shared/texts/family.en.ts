import type { enterZh, kinProblemZh, kinZh } from './family.zh.ts';

/** What a family reads besides how an incident goes on. */
export const kinEn: typeof kinZh = {
  unwatched: 'Not watched now',
  unwatchedSince: 'Not watched since {{time}}',
  unwatchedHint:
    'Part of what watches does not work: if something happens, nobody may learn of it. Please call and ask.',
  alsoUnwatched: 'Besides, part of what watches has not worked since {{time}}.',
  alsoUnwatchedLong: 'Besides, part of what watches does not work.',
  away: 'Not at home now',
  awayHint: 'Away or in hospital, as was entered; nothing is watched meanwhile.',
  left: 'Does not live here any more',
  leftHint: 'Nothing is watched here any more. Please call the home.',
  learning: 'One moment, please',
  noConsent: 'No consent is recorded yet',
  noConsentHint:
    'Without the consent of your family member (or the guardian) nothing can be shown here. Please ask {{place}} how it is given.',
  call: 'Call',
  callTo: 'Call {{place}}',
  callAsk: 'You may ask for {{roles}}.',
  noNumber: '{{place}} has not entered a telephone number yet. Please ask there.',
  routine: 'A usual day',
  tell: 'What to tell me',
  which: 'What I want to be told',
  everything: 'Everything',
  everythingHint:
    'Falls, calls for help, fire, and also going out at night, a long time without a sign, and so on.',
  urgentOnly: 'Urgent things only',
  urgentOnlyHint: 'Fire, gas, carbon monoxide, calls for help, falls.',
  quiet: 'When not to disturb me',
  quietHint:
    'Fire, a call for help, and a fall to which nobody has come reach you at any time. So does everything of which nobody else can be told.',
  quietOff: 'At any time is fine',
  quietOn: 'Not in these hours',
  from: 'From',
  to: 'To',
  days: 'On which days (when the night begins)',
  day1: 'Mon',
  day2: 'Tue',
  day3: 'Wed',
  day4: 'Thu',
  day5: 'Fri',
  day6: 'Sat',
  day7: 'Sun',
  noDay: 'Please choose at least one day.',
  language: 'Language of messages',
  zh: 'Chinese',
  en: 'English',
  save: 'Save',
  saved: 'Saved.',
  saving: 'Saving…',
  push: 'Alerts on this phone',
  pushHint:
    'Besides text messages and calls, this phone shows an alert. Some phones never get it, so it is one more way only.',
  pushOn: 'Tell me on this phone',
  pushOff: 'No longer on this phone',
  pushDone: 'Done: this phone will show alerts.',
  pushDenied:
    'The phone does not allow alerts. Allow notifications of this site in its settings, then try again.',
  pushUnable: 'The browser of this phone cannot show alerts. Text messages and calls come as before.',
  pushInstall:
    'On an iPhone this page has to be on the home screen first: tap Share, then “Add to Home Screen”, open it from there and come back here.',
  pushFailed: 'That did not work. Text messages and calls come as before; try again later.',
  password: 'Set a password (if you like)',
  passwordHint: 'You need none: next time come in by a code to your phone.',
  passwordNew: 'New password, at least 8 characters',
  passwordSet: 'The password is set.',
  mine: 'My data',
  mineHint: 'Download everything that is kept about you here.',
  download: 'Download',
};

/** Coming in by a link or a telephone. */
export const enterEn: typeof enterZh = {
  title: 'Sign in as family',
  byLink:
    'The care home sent you this link. Tap the button, and a code is sent to the phone that you registered.',
  send: 'Send the code to my phone',
  sending: 'Sending…',
  byPhone: 'Sign in with the phone number that you registered.',
  phone: 'Phone number',
  sentTo: 'The code was sent to the phone ending in {{ending}}; it is good for 10 minutes.',
  sentMaybe:
    'If this number is registered, the code is on its way; it is good for 10 minutes. If none comes, please call the care home.',
  code: 'Code of 6 digits',
  enter: 'Come in',
  entering: 'One moment…',
  again: 'Send again',
  badLink:
    'This link was used or is too old. Ask the care home for a new one, or sign in with your phone number.',
  usePhone: 'Sign in with my phone number',
  wrong: 'The code is wrong or too old. After five wrong ones ask for a new one.',
  step: 'Code of your second step',
  needsStep: 'Your account has a second step. Enter its code as well.',
  wrongStep: 'The code of the second step is wrong or was used. Wait for the next one.',
  throttled: 'Too many codes were sent. Please try again in some minutes.',
  notSent: 'The code could not be sent. Please call the care home.',
  badPhone: 'Please enter the whole phone number.',
  network: 'The gateway does not answer. Check the network and try again.',
  staff: 'Staff sign in here',
  family: 'Family: sign in by a code to your phone',
};

/** Why the gateway refuses what concerns families and people's data. */
export const kinProblemEn: typeof kinProblemZh = {
  no_phone: 'No phone that gets text messages is registered. Enter one first.',
  not_sent: 'The code could not be sent.',
  still_open: 'An alarm is not resolved yet; erase when it is.',
  name_differs: 'The name is not the same. Nothing was erased.',
  needs_reason: 'The resident lives here still: choose why the data is erased.',
};
