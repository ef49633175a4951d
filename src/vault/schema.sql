-- migration 1: the proof that the key is there

-- A word everybody knows, sealed: who cannot open it has not the key of this database.
CREATE TABLE vault_proof (
  one   BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  proof TEXT   NOT NULL,                    -- '' before the first start
  plain BIGINT NOT NULL CHECK (plain IN (0, 1)) -- 1: rows may stand unsealed, from before
);
INSERT INTO vault_proof (one, proof, plain) VALUES (1, '', 1);
