-- How far each build of each view has folded the log; the views themselves are made, and made anew, by their runner.
CREATE TABLE view_positions (
    view            text NOT NULL,
    suffix          text NOT NULL DEFAULT '',
    position        bigint NOT NULL,
    definition_hash text NOT NULL,
    status          text NOT NULL,
    error           text,
    updated_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (view, suffix)
);
