import {StrictMode} from 'react';
import {createRoot} from 'react-dom/client';
import {App} from './app/App.tsx';
import './app/tokens.css';
import './app/app.css';

const place = document.getElementById('page');
if (!place) throw new Error('index.html has no element "page".');
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
