import { mount } from '../shared/ui/mount.tsx';
import { keepShell } from '../shared/worker/register.ts';
import { SignIn } from './SignIn.tsx';

mount(<SignIn />);
keepShell();
