import { Gate } from '../shared/ui/Gate.tsx';
import { mount } from '../shared/ui/mount.tsx';
import { keepShell } from '../shared/worker/register.ts';
import { Community } from './Community.tsx';

mount(
  <Gate page="community">
    <Community />
  </Gate>,
);
keepShell();
