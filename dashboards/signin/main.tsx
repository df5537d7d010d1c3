import { mount } from '../shared/ui/mount.tsx';
import { SignIn } from './SignIn.tsx';

mount(<SignIn />);
