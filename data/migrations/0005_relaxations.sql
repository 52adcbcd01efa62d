-- Because a dispatcher who reads why a delivery is in no round wants to know what would mend it.

ALTER TABLE unserved ADD COLUMN relaxations jsonb NOT NULL DEFAULT '[]';
