/** What stations and screens on the wall say. */
export const stationZh = {
  who: '您是谁？',
  whoHint: '点您的姓名，或刷工牌。',
  for: '{{act}}：{{place}} {{class}}',
  onDuty: '当班',
  others: '其他人',
  none: '这里还没有登记工作人员。',
  pin: '{{name}}，请输入密码',
  pinHint: '4 到 8 位数字，然后按 ✓。',
  entered: '已输入 {{count}} 位',
  erase: '删除',
  enter: '确定',
  back: '换人',
  stay: '继续操作（2 分钟内不再问）',
  reading: '正在核对工牌…',
  checking: '正在核对…',
  hand: '{{name}} 正在操作',
  done: '完成',
};

export const wallZh = {
  title: '报警大屏',
  calm: '现在没有报警',
  more: '另有 {{count}} 件',
  raised: '无人接警',
  accepted: '有人去了',
  arrived: '已到场',
  since: '{{time}} 起',
};

export const pinZh = {
  title: '护理站密码',
  hint: '在护理站点姓名后输入。4 到 8 位数字，不要用 1234、0000 或年份。',
  password: '登录密码',
  pin: '新的护理站密码',
  save: '设置',
  saved: '已设置。',
};
