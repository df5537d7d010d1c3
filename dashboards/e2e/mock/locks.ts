import type { Me } from '../../shared/api/types.ts';
import { Refusal } from './world.ts';

/** Passwords that somebody has set, and whose second step is on, for as long as the mock runs. */
export class Locks {
  readonly passwords = new Map<string, string>();
  readonly steps = new Set<string>();
  /** The code that every authenticator of the mock shows. */
  static readonly code = '246802';

  /** check throws why a sign-in with the right login is refused. */
  check(login: string, password: string, given: string, code: string | undefined): void {
    if ((this.passwords.get(login) ?? password) !== given) throw new Refusal(401, 'bad_credentials');
    if (!this.steps.has(login)) return;
    if (code === undefined) throw new Refusal(401, 'needs_code');
    if (code !== Locks.code) throw new Refusal(401, 'bad_code');
  }

  /** answer is that to a request of a signed-in person about her own account; undefined when it is about something else. */
  answer(me: Me, password: string, route: string, body: Record<string, string>): unknown {
    const { login } = me.user;
    const right = (given: string | undefined) => {
      if ((this.passwords.get(login) ?? password) !== given) throw new Refusal(403, 'bad_credentials');
    };
    switch (route) {
      case 'PUT /api/me/password':
        right(body.current);
        if ((body.new ?? '').length < 8) throw new Refusal(422, 'weak');
        this.passwords.set(login, body.new!);
        me.user.must_change = false;
        return me;
      case 'POST /api/me/second-step':
        right(body.password);
        return {
          secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
          url: 'otpauth://totp/x',
          svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h3v3H1zM5 5h3v3H5z"/></svg>',
        };
      case 'PUT /api/me/second-step':
        if (body.code !== Locks.code) throw new Refusal(403, 'bad_code');
        this.steps.add(login);
        return { ...me, second_step: true };
      case 'DELETE /api/me/second-step':
        right(body.password);
        this.steps.delete(login);
        return { ...me, second_step: false };
      case 'GET /api/audit':
        return {
          rows: [
            {
              number: 3,
              at: new Date(Date.now() - 60_000).toISOString(),
              kind: 'audit.looked',
              by: 'u-zhou',
              name: '周立新',
              about: 'site:songhe',
              about_name: '松鹤养老院',
              detail: '',
            },
            {
              number: 2,
              at: new Date(Date.now() - 120_000).toISOString(),
              kind: 'audit.sign_in_refused',
              about: 'user',
              detail: 'password from 192.0.2.7',
            },
            {
              number: 1,
              at: new Date(Date.now() - 180_000).toISOString(),
              kind: 'audit.signed_in',
              by: 'u-ops',
              name: '系统管理员',
              about: 'user:u-ops',
              about_name: '系统管理员',
              detail: 'password from 192.0.2.7',
            },
          ],
        };
    }
    return undefined;
  }
}
