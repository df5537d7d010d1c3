/** What pages say while the gateway is away: what is old, and what nobody knows yet. */
export const offlineZh = {
  pictureOf: '这是 {{time}} 的画面，不是现在的。',
  cut: '另有 {{count}} 件没有存在这台设备上。',
  asOf: '{{time}} 时：{{state}}',
  titleStale: '⚠ 已断开 · 守望',
  queuedCount: '您有 {{count}} 次按键还没有任何人知道！请用对讲或电话告诉同事。',
  queued: '{{time}} 按的“{{act}}”：还没有任何人知道！',
  queuedHint: '请用对讲或电话告诉同事。连上后自动发出，只发一次。',
  sendNow: '现在再试',
  withdraw: '撤回，我不去了',
  withdrawArrive: '撤回',
  old: '{{time}} 按的“{{act}}”一直没有发出去，没有人知道。现在还作数吗？',
  oldHint: '过了这么久，网关不会替您自动发出。',
  still: '作数，现在发出',
  noMore: '不作数了',
  already_accepted: '{{who}} 已在 {{time}} 接手，您不用再去。',
  already_arrived: '{{who}} 已在 {{time}} 到场。',
  already_resolved: '{{who}} 已在 {{time}} 处理完。',
  realarmed: '您按过之后又报警了！您按的没有算数，请看清现在的情况再按一次。',
  lapsed: '您 {{time}} 接手已记下，但没有按时到场，又在等人了。还去的话请再按一次。',
  needsPresent: '断开时不能做这一步：要先看到现在的真实情况。请先用对讲或电话。',
};

/** What a board says of its screen that may go dark. */
export const wakeZh = {
  lost: '屏幕可能会自己熄灭！',
  lostHint: '守望要一直亮着。按这里恢复；还不行，就接上电源、关掉省电模式。',
  restore: '恢复常亮',
};

/** Reading alarms out. */
export const speechZh = {
  title: '念出地点和类别',
  hint: '报警时用语音念出在哪里、是什么。不念姓名。',
  none: '这台设备没有中文语音，念不出来。只有铃声。',
  failed: '语音没有念出来。只有铃声。',
  on: '语音已打开',
  mute: '语音念不出',
  say: '{{class}}，{{place}}',
};

/** A newer version of the pages. */
export const renewZh = {
  ready: '页面有新版本。',
  hint: '现在没有报警，可以换。换好后要再按一次“开始值班”打开声音。',
  now: '现在换',
};
