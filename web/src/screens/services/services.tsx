import { api } from "../../api/endpoints.ts";
import type { Breaker, Service } from "../../api/types.ts";
import { rooms } from "../../i18n/rooms.ts";
import { AdminOnly } from "../../parts/admin-only.tsx";
import { Button } from "../../parts/button.tsx";
import { ErrorNotice, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { useFreshEvery } from "../../state/fresh-every.ts";
import { tellProblem } from "../../state/notices.ts";
import { invalidate, useQuery } from "../../state/query.ts";
import { ServiceLine } from "./service-line.tsx";
import "../../parts/panel.css";
import "./services.css";

const EVERY = 10_000;

/** What Matinee needs of others and of its own parts: whether it answers, how fast, and the breakers in between. */
export default function Services() {
  usePageTitle(rooms.value.services.title);
  return (
    <AdminOnly>
      <ServicesBody />
    </AdminOnly>
  );
}

function ServicesBody() {
  const text = rooms.value.services;
  const services = useQuery("services", (signal) => api.services.list(false, signal));
  const breakers = useQuery("breakers", (signal) => api.services.breakers(signal));
  useFreshEvery(EVERY, () => {
    invalidate("services");
    invalidate("breakers");
  });
  const refresh = () =>
    api.services.list(true).then(() => {
      invalidate("services");
      invalidate("breakers");
    }, tellProblem);
  const breakerOf = (name: string) => breakers.data?.items.find((breaker) => breaker.name === name) ?? null;
  const items = services.data?.items ?? [];
  const upstreams = items.filter((service) => breakerOf(service.name) || service.budget);
  const own = items.filter((service) => !upstreams.includes(service));
  return (
    <div class="page room">
      <div class="page-head">
        <h1>{text.title}</h1>
        <Button icon="refresh" onClick={() => void refresh()}>
          {text.checkAll}
        </Button>
      </div>
      {services.error && !services.data && <ErrorNotice error={services.error} retry={services.reload} />}
      {services.pending && (
        <Late>
          <div class="bone services-bone" />
        </Late>
      )}
      <Group name={text.upstreams} note={text.upstreamsText} services={upstreams} breakerOf={breakerOf} />
      <Group name={text.own} note={text.ownText} services={own} breakerOf={breakerOf} />
    </div>
  );
}

interface GroupProps {
  name: string;
  note: string;
  services: Service[];
  breakerOf: (name: string) => Breaker | null;
}

function Group({ name, note, services, breakerOf }: GroupProps) {
  if (services.length === 0) return null;
  return (
    <section class="panel" aria-label={name}>
      <div class="panel-head">
        <div>
          <h2>{name}</h2>
          <p class="quiet small">{note}</p>
        </div>
      </div>
      <ul class="lines">
        {services.map((service) => (
          <ServiceLine key={service.name} service={service} breaker={breakerOf(service.name)} />
        ))}
      </ul>
    </section>
  );
}
