import type { accountZh, auditZh, signinMoreZh } from './account.zh.ts';

/** One's own account: the password and the second step. */
export const accountEn: typeof accountZh = {
  title: 'My account',
  back: 'Back',
  signedInAs: '{{name}} (login {{login}})',
  password: 'Change the password',
  oneTime: 'You signed in with a one-time password. Set one of your own now, then go on.',
  oneTimeHint: 'The other pages open after that.',
  current: 'Present password',
  next: 'New password',
  again: 'The new password again',
  passwordHint: 'At least eight characters that nobody guesses; a sentence will do.',
  differs: 'The two new passwords are not the same.',
  save: 'Save',
  saving: 'Saving…',
  saved: 'The password is changed. Your other devices are signed out and have to sign in again.',
  wrong: 'The present password is wrong.',
  step: 'Second step',
  stepWhat:
    'Besides the password, a sign-in asks for the six digits of an authenticator app on your phone. Who knows your password still does not get in.',
  stepOffer: 'Turn the second step on',
  stepScan: 'Scan this code with an authenticator app on your phone; where you cannot, type the key below.',
  stepCode: 'The six digits that the app shows now',
  stepConfirm: 'Confirm and turn on',
  stepOn: 'The second step is on. Your other devices are signed out.',
  stepEnd: 'Turn the second step off',
  stepEndWhat: 'After that the password alone lets you in. Confirm with your password.',
  stepOff: 'The second step is off.',
  lost: 'Lost your phone? An administrator can reset your sign-in.',
};

/** The second step of a sign-in, and the identity provider of an authority. */
export const signinMoreEn: typeof signinMoreZh = {
  code: 'Code',
  codeHint: 'The six digits of the authenticator app on your phone.',
  badCode: 'The code is wrong, or was used already. Wait for the next one and try again.',
  oidc: 'Sign in with {{name}}',
  oidc_away: 'The identity provider does not answer now. Try later, or use your password.',
  oidc_refused: 'The identity provider did not confirm who you are. Try once more.',
  oidc_unknown:
    'The identity provider knows you, but no account is registered for you here. Ask an administrator.',
};

/** The log of the gateway: sign-ins, looks and changes. */
export const auditEn: typeof auditZh = {
  title: 'Log of the gateway',
  what: 'Who signed in, looked at something or changed it. Each row is chained to the one before: a missing or altered one is found (gateway verify-ledger).',
  when: 'Time',
  who: 'Who',
  did: 'What',
  about: 'About',
  detail: 'Detail',
  nobody: 'somebody unknown',
  more: 'Earlier',
  none: 'Nothing is logged yet.',
  kind: {
    signed_in: 'signed in',
    sign_in_refused: 'was refused',
    signed_out: 'signed out',
    looked: 'looked',
    changed: 'changed',
    exported: 'exported',
    erased: 'erased',
    tried: 'tried a channel',
  },
};
