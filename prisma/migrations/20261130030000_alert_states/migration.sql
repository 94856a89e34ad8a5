-- An alert has a life beyond acknowledged and closed. A new value of a type cannot be used in the transaction that adds it, so the rest follows in a migration of its own.
ALTER TYPE "alert_state" ADD VALUE 'in_work' AFTER 'acknowledged';
ALTER TYPE "alert_state" ADD VALUE 'waiting' AFTER 'in_work';
ALTER TYPE "alert_state" ADD VALUE 'verified' AFTER 'closed';
