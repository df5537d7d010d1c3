import { Gate } from '../shared/ui/Gate.tsx';
import { mount } from '../shared/ui/mount.tsx';
import { Plans } from './Plans.tsx';

mount(
  <Gate page="plans">
    <Plans />
  </Gate>,
);
