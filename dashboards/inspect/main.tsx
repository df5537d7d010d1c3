import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Gate } from '../shared/ui/Gate.tsx';
import { mount } from '../shared/ui/mount.tsx';
import { Inspect } from './Inspect.tsx';

mount(
  <QueryClientProvider client={new QueryClient()}>
    <Gate page="inspect">
      <Inspect />
    </Gate>
  </QueryClientProvider>,
);
