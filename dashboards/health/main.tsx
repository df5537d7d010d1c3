import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Gate } from '../shared/ui/Gate.tsx';
import { mount } from '../shared/ui/mount.tsx';
import { Health } from './Health.tsx';

mount(
  <QueryClientProvider client={new QueryClient()}>
    <Gate page="health">
      <Health />
    </Gate>
  </QueryClientProvider>,
);
