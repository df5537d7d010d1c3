import { Gate } from '../shared/ui/Gate.tsx';
import { mount } from '../shared/ui/mount.tsx';
import { Family } from './Family.tsx';

mount(
  <Gate page="family">
    <Family />
  </Gate>,
);
