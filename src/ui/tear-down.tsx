import { useState } from "preact/hooks";
import { type ApiProblem, call, problemFrom } from "./api.ts";
import { Dialog, ProblemBox } from "./parts.tsx";
import type { DeploymentView } from "./use-deployment.ts";

interface TearDownProps {
  view: DeploymentView;
  close: () => void;
  /** It was accepted. */
  done: () => void;
}

/** Asks for the deployment's name before anything is removed, and for each storage whether its data may go too. */
export function TearDown({ view: { deployment_id, name, operations }, close, done }: TearDownProps) {
  const [typed, setTyped] = useState("");
  const [data, setData] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<ApiProblem>();
  const storage = new Set(operations.filter(({ object }) => object.startsWith("storage/")).map(({ resource }) => resource));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (typed !== name) return;
    const query = data.length === 0 ? "" : `?delete_data=${encodeURIComponent(data.join(","))}`;
    try {
      await call(`/api/v1/deployments/${encodeURIComponent(deployment_id)}${query}`, { method: "DELETE" });
      close();
      done();
    } catch (error) {
      setProblem(problemFrom(error));
    }
  };
  return (
    <Dialog title={`Tear down ${name}?`} close={close}>
      <form onSubmit={(event) => void submit(event)}>
        <p>Everything this deployment made is removed. Storage that holds data stays, unless you choose it here.</p>
        {storage.size > 0 && (
          <fieldset>
            <legend>Delete the data of</legend>
            {[...storage].map((resource) => (
              <label key={resource} class="check">
                <input
                  type="checkbox"
                  checked={data.includes(resource)}
                  onChange={({ currentTarget: { checked } }) =>
                    setData(checked ? [...data, resource] : data.filter((other) => other !== resource))
                  }
                />
                {resource}
              </label>
            ))}
          </fieldset>
        )}
        <label>
          <span>
            Type <code>{name}</code> to confirm
          </span>
          <input
            type="text"
            value={typed}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        {problem && <ProblemBox problem={problem} />}
        <div class="actions">
          <button type="button" class="button" onClick={close}>
            Keep it
          </button>
          <button type="submit" class="button danger" disabled={typed !== name}>
            Tear down
          </button>
        </div>
      </form>
    </Dialog>
  );
}
