import { Gate } from '../shared/ui/Gate.tsx';
import { mount } from '../shared/ui/mount.tsx';
import { keepShell } from '../shared/worker/register.ts';
import { Family } from './Family.tsx';

mount(
  <Gate page="family">
    <Family />
  </Gate>,
);
keepShell();
