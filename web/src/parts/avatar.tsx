import "./avatar.css";

const pictures: Record<string, string> = import.meta.glob("./avatars/*.svg", {
  query: "?url",
  import: "default",
  eager: true,
});

/** The names of the pictures that a profile can have. */
export const AVATARS = Object.keys(pictures).map((path) => path.slice("./avatars/".length, -".svg".length));

/** The picture of a profile; its first letter where it has none. */
export function Avatar({ avatar, name, size = 40 }: { avatar: string | undefined; name: string; size?: number }) {
  const picture = avatar ? pictures[`./avatars/${avatar}.svg`] : undefined;
  return (
    <span class="portrait" style={{ width: `${size / 16}rem`, height: `${size / 16}rem`, fontSize: `${size / 36}rem` }}>
      {picture ? <img src={picture} alt="" draggable={false} /> : <span aria-hidden="true">{initial(name)}</span>}
    </span>
  );
}

function initial(name: string): string {
  return [...name][0]?.toUpperCase() ?? "";
}
