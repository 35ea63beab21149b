import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { carry, navigate, useLocation } from '../lib/router';

/** An internal link. It is a real anchor, so new tabs and copied addresses work. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const { search } = useLocation();
  const full = carry(href, search);
  const go = (e: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(e);
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    navigate(full);
  };
  return <a {...rest} href={full} onClick={go} />;
}
