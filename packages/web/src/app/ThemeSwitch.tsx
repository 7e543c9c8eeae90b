import {useEffect} from 'react';
import {useKept} from './useKept.ts';

const themes = {system: 'Theme: automatic', light: 'Theme: light', dark: 'Theme: dark'} as const;
type Theme = keyof typeof themes;
const isTheme = (value: unknown): value is Theme => typeof value === 'string' && value in themes;

/** Light, dark, or as the system has it. */
export function ThemeSwitch() {
  const [theme, setTheme] = useKept<Theme>('theme', 'system', isTheme);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return (
    <select className="choice" aria-label="Theme" value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
      {Object.entries(themes).map(([name, label]) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </select>
  );
}
