import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Problem } from './api/client';
import { Root } from './shell/Root';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/air.css';
import './styles/system.css';
import './styles/matters.css';
import './styles/grid.css';
import './styles/print.css';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 600_000,
      refetchOnWindowFocus: false,
      retry: (n, error) => n < 2 && error instanceof Problem && (error.unreachable || error.status === 503),
      retryDelay: (n) => 500 * 2 ** n,
    },
  },
});

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <Root />
      </QueryClientProvider>
    </StrictMode>,
  );
}
