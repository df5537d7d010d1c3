/** 自己的账号：密码与两步验证。 */
export const accountZh = {
  title: '我的账号',
  back: '返回',
  signedInAs: '{{name}}（登录名 {{login}}）',
  password: '修改密码',
  oneTime: '您用的是一次性密码。请现在设置自己的密码，然后继续。',
  oneTimeHint: '其他页面要在设置之后才会打开。',
  current: '现在的密码',
  next: '新密码',
  again: '再输入一次新密码',
  passwordHint: '至少八个字符，别人猜不到的；可以是一句话。',
  differs: '两次输入的新密码不一样。',
  save: '保存',
  saving: '正在保存…',
  saved: '密码已修改。您在其他设备上的登录已结束，需要重新登录。',
  wrong: '现在的密码不对。',
  step: '两步验证',
  stepWhat: '登录时除密码外，再输入手机验证器应用里的六位动态码。别人知道了密码也进不来。',
  stepOffer: '开启两步验证',
  stepScan: '用手机上的验证器应用扫描这个二维码；不能扫描就手工输入下面的密钥。',
  stepCode: '应用现在显示的六位码',
  stepConfirm: '确认并开启',
  stepOn: '两步验证已开启。您在其他设备上的登录已结束。',
  stepEnd: '关闭两步验证',
  stepEndWhat: '关闭后登录只需要密码。请输入密码确认。',
  stepOff: '两步验证已关闭。',
  lost: '手机丢了？请系统管理员重置您的登录。',
};

/** 登录时的第二步，与机构的统一身份认证。 */
export const signinMoreZh = {
  code: '动态验证码',
  codeHint: '手机验证器应用里的六位数字。',
  badCode: '验证码不对，或已经用过。请等下一个再试。',
  oidc: '用{{name}}登录',
  oidc_away: '统一身份认证现在没有响应。请稍后再试，或用密码登录。',
  oidc_refused: '统一身份认证没有确认您的身份。请再试一次。',
  oidc_unknown: '统一身份认证认识您，但本系统没有登记您的账号。请联系系统管理员。',
};

/** 系统日志：登录、查看与更改。 */
export const auditZh = {
  title: '系统日志',
  what: '谁登录过、看过什么、改过什么。每一行都链在前一行上，少一行或改一行都会被发现（gateway verify-ledger）。',
  when: '时间',
  who: '谁',
  did: '做了什么',
  about: '关于',
  detail: '说明',
  nobody: '不认识的人',
  more: '更早的',
  none: '还没有记录。',
  kind: {
    signed_in: '登录',
    sign_in_refused: '登录被拒',
    signed_out: '退出',
    looked: '查看',
    changed: '更改',
    exported: '导出',
    erased: '清除',
    tried: '试发',
  },
};
