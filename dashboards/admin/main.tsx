import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Gate } from '../shared/ui/Gate.tsx';
import { mount } from '../shared/ui/mount.tsx';
import { Admin } from './Admin.tsx';

mount(
  <QueryClientProvider client={new QueryClient()}>
    <Gate page="admin">
      <Admin />
    </Gate>
  </QueryClientProvider>,
);
