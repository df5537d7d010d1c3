import { Gate } from '../shared/ui/Gate.tsx';
import { mount } from '../shared/ui/mount.tsx';
import { keepShell } from '../shared/worker/register.ts';
import { Ward } from './Ward.tsx';

mount(
  <Gate page="ward">
    <Ward />
  </Gate>,
);
keepShell();
