import { mount } from '../../shared/ui/mount.tsx';
import { Enter } from './Enter.tsx';

mount(<Enter />);
