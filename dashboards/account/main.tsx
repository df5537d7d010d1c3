import { Gate } from '../shared/ui/Gate.tsx';
import { mount } from '../shared/ui/mount.tsx';
import { Account } from './Account.tsx';

mount(
  <Gate page="account">
    <Account />
  </Gate>,
);
