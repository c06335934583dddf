import './styles/tokens.css';
import './styles/layout.css';
import './styles/sidebar.css';
import './styles/messages.css';
import './styles/blocks.css';
import './styles/controls.css';
import './styles/composer.css';
import './styles/cloud.css';
import './styles/tour.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
