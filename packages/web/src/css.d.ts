// Style sheets are imported for their effect; vite knows what to do with them.
declare module '*.css';
