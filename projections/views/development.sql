-- create --
-- Development assistance: trainings, public-interest posts, loans and the interest paid on them.
CREATE TABLE {trainings} (
    training_id     text PRIMARY KEY,
    household_id    text NOT NULL,
    person_id       text NOT NULL,
    organisation_id text NOT NULL,
    department      text NOT NULL,
    course          text NOT NULL,
    trainer         text NOT NULL,
    employer        text,
    from_date       date NOT NULL,
    until_date      date NOT NULL,
    completed_on    date,
    hours           integer,
    passed          boolean,
    position        bigint NOT NULL
);
CREATE TABLE {posts} (
    post_id         text PRIMARY KEY,
    household_id    text NOT NULL,
    person_id       text NOT NULL,
    organisation_id text NOT NULL,
    department      text NOT NULL,
    post            text NOT NULL,
    employer        text NOT NULL,
    paid_by         text NOT NULL,
    contract        text NOT NULL,
    wage_fen        bigint NOT NULL,
    placed_on       date NOT NULL,
    until_date      date,
    end_reason      text,
    position        bigint NOT NULL
);
CREATE TABLE {loans} (
    loan_id         text PRIMARY KEY,
    household_id    text NOT NULL,
    person_id       text NOT NULL,
    organisation_id text NOT NULL,
    department      text NOT NULL,
    lender          text NOT NULL,
    contract        text NOT NULL,
    principal_fen   bigint NOT NULL,
    rate_bp         integer NOT NULL,
    from_date       date NOT NULL,
    until_date      date NOT NULL,
    position        bigint NOT NULL
);
CREATE TABLE {loan_interest} (
    loan_id    text NOT NULL,
    from_date  date NOT NULL,
    until_date date NOT NULL,
    rate_bp    integer NOT NULL,
    amount_fen bigint NOT NULL,
    department text NOT NULL,
    position   bigint PRIMARY KEY
);

-- index --
-- By organisation, household and person.
CREATE INDEX ON {trainings} (organisation_id);
CREATE INDEX ON {trainings} (household_id);
CREATE INDEX ON {posts} (organisation_id);
CREATE INDEX ON {posts} (household_id);
CREATE INDEX ON {loans} (organisation_id);
CREATE INDEX ON {loans} (household_id);
CREATE INDEX ON {loan_interest} (loan_id);

-- on TrainingPlanned --
-- A training agreed.
INSERT INTO {trainings} (training_id, household_id, person_id, organisation_id, department, course, trainer, employer,
                         from_date, until_date, position)
SELECT data->>'training_id', data->>'household_id', data->>'person_id', data->>'organisation_id', data->>'department',
       data->>'course', data->>'trainer', data->>'employer', (data->>'from_date')::date, (data->>'until_date')::date, position
FROM batch WHERE type = 'TrainingPlanned';

-- on TrainingCompleted --
-- It is over, once.
UPDATE {trainings} t SET completed_on = (b.data->>'occurred_on')::date, hours = (b.data->>'hours')::integer,
       passed = (b.data->>'passed')::boolean, position = b.position
FROM batch b WHERE b.type = 'TrainingCompleted' AND t.training_id = b.data->>'training_id';

-- on PostPlaced --
-- A post taken.
INSERT INTO {posts} (post_id, household_id, person_id, organisation_id, department, post, employer, paid_by, contract,
                     wage_fen, placed_on, until_date, position)
SELECT data->>'post_id', data->>'household_id', data->>'person_id', data->>'organisation_id', data->>'department',
       data->>'post', data->>'employer', data->>'paid_by', data->>'contract', (data->>'amount_fen')::bigint,
       (data->>'occurred_on')::date, (data->>'until_date')::date, position
FROM batch WHERE type = 'PostPlaced';

-- on PostEnded --
-- It ended, once.
UPDATE {posts} p SET until_date = (b.data->>'occurred_on')::date, end_reason = b.data->>'why', position = b.position
FROM batch b WHERE b.type = 'PostEnded' AND p.post_id = b.data->>'post_id';

-- on LoanRegistered --
-- A loan with its contract.
INSERT INTO {loans}
SELECT data->>'loan_id', data->>'household_id', data->>'person_id', data->>'organisation_id', data->>'department',
       data->>'lender', data->>'contract', (data->>'principal_fen')::bigint, (data->>'rate_bp')::integer,
       (data->>'from_date')::date, (data->>'until_date')::date, position
FROM batch WHERE type = 'LoanRegistered';

-- on LoanInterestPaid --
-- Interest paid for some days.
INSERT INTO {loan_interest}
SELECT data->>'loan_id', (data->>'from_date')::date, (data->>'until_date')::date, (data->>'rate_bp')::integer,
       (data->>'amount_fen')::bigint, data->>'department', position
FROM batch WHERE type = 'LoanInterestPaid';
