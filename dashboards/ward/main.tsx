import { Gate } from '../shared/ui/Gate.tsx';
import { mount } from '../shared/ui/mount.tsx';
import { keepShell } from '../shared/worker/register.ts';
import { Door } from './Wall.tsx';

mount(
  <Gate page="ward">
    <Door />
  </Gate>,
);
keepShell();
