import { Gate } from '../shared/ui/Gate.tsx';
import { mount } from '../shared/ui/mount.tsx';
import { Ward } from './Ward.tsx';

mount(
  <Gate page="ward">
    <Ward />
  </Gate>,
);
