import type { photoProblemZh, photoZh } from './photo.zh.ts';

/** Photos of incidents. */
export const photoEn: typeof photoZh = {
  add: 'Add a photo',
  adding: 'Sending the photo…',
  hint: 'Show what happened, and no people. It is kept for 30 days without its place and other data; only shift leaders and managers see it.',
  station: 'Only shift leaders and managers can; you will be asked who you are.',
  why: {
    private_room: 'No photos are taken in bedrooms and bathrooms: write a note.',
    unknown_room:
      'Nobody has entered what this room is, so no photos are taken there: write a note, and ask the administrator to enter it.',
    private_home: 'No photos are taken in private homes: write a note.',
  },
  offline:
    'The gateway cannot be reached. A photo cannot be sent now and is not kept for later: take it with your phone and add it when the gateway is back.',
  unsent: 'The photo was not sent and will not be sent by itself: add it once more.',
  show: 'Show the photos',
  by: 'Photo by {{name}}, {{time}}',
  large: 'Photo',
  deletes: 'Is deleted {{time}}',
  deleted: 'Photo deleted (kept for 30 days)',
};

/** Why the gateway does not take a photo. */
export const photoProblemEn: typeof photoProblemZh = {
  photo_private_room: 'No photos are taken in bedrooms and bathrooms: write a note.',
  photo_unknown_room: 'Nobody has entered what this room is, so no photos are taken there: write a note.',
  photo_private_home: 'No photos are taken in private homes: write a note.',
  too_many_photos: 'There are 10 photos of this already, and there can be no more.',
  no_picture: 'This file is no photo that can be read: use a JPEG, PNG or WebP.',
};
