/** 事件的照片。 */
export const photoZh = {
  add: '拍照 / 添加照片',
  adding: '正在发送照片…',
  hint: '只拍事故现场，不要拍到人。照片去掉位置等信息后保存 30 天，只有班组长和院长能看。',
  station: '只有班组长和院长能添加，要先说明自己是谁。',
  why: {
    private_room: '居室和卫生间里不拍照，请写备注。',
    unknown_room: '没有登记这个房间的用途，不能拍照，请写备注，并请管理员登记。',
    private_home: '居家用户家里不拍照，请写备注。',
  },
  offline: '连不上网关，照片现在发不了，也不会留着以后自动发。请先用手机拍下，恢复后再添加。',
  unsent: '照片没有发出去，也不会自动再发，请再添加一次。',
  show: '查看照片',
  by: '{{name}} {{time}} 拍的照片',
  large: '照片',
  deletes: '{{time}} 自动删除',
  deleted: '照片已删除（保存 30 天）',
};

/** 网关为什么不收照片。 */
export const photoProblemZh = {
  photo_private_room: '居室和卫生间里不拍照，请写备注。',
  photo_unknown_room: '没有登记这个房间的用途，不能拍照，请写备注。',
  photo_private_home: '居家用户家里不拍照，请写备注。',
  too_many_photos: '这件事已经有 10 张照片，不能再加了。',
  no_picture: '这个文件不是能读的照片，请用 JPEG、PNG 或 WebP。',
};
