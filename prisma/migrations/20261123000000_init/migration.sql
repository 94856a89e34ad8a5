-- CreateEnum
CREATE TYPE "role" AS ENUM ('viewer', 'operator', 'engineer', 'administrator');

-- CreateEnum
CREATE TYPE "alert_state" AS ENUM ('open', 'acknowledged', 'closed');

-- CreateEnum
CREATE TYPE "loop_state" AS ENUM ('shadow', 'closed', 'suspended');

-- CreateTable
CREATE TABLE "user" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "role" "role" NOT NULL DEFAULT 'viewer',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "token" TEXT NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "user_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(3),
    "refresh_token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "sender" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "entity" TEXT NOT NULL,
    "entity_id" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "reason" TEXT,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "area" (
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "area_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "tool" (
    "name" TEXT NOT NULL,
    "area" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "tool_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "chamber" (
    "tool" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "chamber_pkey" PRIMARY KEY ("tool","name")
);

-- CreateTable
CREATE TABLE "station" (
    "name" TEXT NOT NULL,
    "area" TEXT NOT NULL,
    "kind" TEXT NOT NULL,

    CONSTRAINT "station_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "product" (
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "diameter_mm" DOUBLE PRECISION NOT NULL DEFAULT 300,
    "edge_exclusion_mm" DOUBLE PRECISION NOT NULL DEFAULT 3,
    "field_width_mm" DOUBLE PRECISION NOT NULL DEFAULT 26,
    "field_height_mm" DOUBLE PRECISION NOT NULL DEFAULT 33,
    "die_width_mm" DOUBLE PRECISION NOT NULL DEFAULT 8,
    "die_height_mm" DOUBLE PRECISION NOT NULL DEFAULT 8,

    CONSTRAINT "product_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "operation" (
    "name" TEXT NOT NULL,
    "area" TEXT NOT NULL,
    "layer" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "tools" TEXT[],

    CONSTRAINT "operation_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "route" (
    "name" TEXT NOT NULL,
    "operations" TEXT[],

    CONSTRAINT "route_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "parameter" (
    "name" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "digits" INTEGER NOT NULL DEFAULT 2,
    "description" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "parameter_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "specification" (
    "product" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "parameter" TEXT NOT NULL,
    "target" DOUBLE PRECISION,
    "lsl" DOUBLE PRECISION,
    "usl" DOUBLE PRECISION,

    CONSTRAINT "specification_pkey" PRIMARY KEY ("product","operation","parameter")
);

-- CreateTable
CREATE TABLE "recipe" (
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "operation" TEXT NOT NULL,
    "product" TEXT,
    "setpoints" JSONB NOT NULL,

    CONSTRAINT "recipe_pkey" PRIMARY KEY ("name","version")
);

-- CreateTable
CREATE TABLE "lot" (
    "name" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "wafers" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lot_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "ingest_key" (
    "sender" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "record_id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ingest_key_pkey" PRIMARY KEY ("sender","kind","key")
);

-- CreateTable
CREATE TABLE "run" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "chamber" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "layer" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "lot" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL,
    "recipe" TEXT NOT NULL,
    "recipe_version" INTEGER NOT NULL,
    "setpoints" JSONB NOT NULL,
    "advice_id" UUID,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_pkey" PRIMARY KEY ("id","started_at")
) PARTITION BY RANGE ("started_at");

-- CreateTable
CREATE TABLE "sensor_set" (
    "id" UUID NOT NULL,
    "names" TEXT[],
    "units" TEXT[],

    CONSTRAINT "sensor_set_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "trace" (
    "run_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "sensor_set_id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "t" BYTEA NOT NULL,
    "v" BYTEA NOT NULL,
    "steps" JSONB NOT NULL,

    CONSTRAINT "trace_pkey" PRIMARY KEY ("run_id","started_at")
) PARTITION BY RANGE ("started_at");

-- CreateTable
CREATE TABLE "site_layout" (
    "id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "x" DOUBLE PRECISION[],
    "y" DOUBLE PRECISION[],

    CONSTRAINT "site_layout_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "measurement" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "station" TEXT NOT NULL,
    "lot" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL,
    "product" TEXT NOT NULL,
    "layer" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "parameter" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "plan" TEXT NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "run_id" UUID,
    "processed_at" TIMESTAMPTZ(3),
    "tool" TEXT,
    "chamber" TEXT,
    "layout_id" UUID NOT NULL,
    "value" DOUBLE PRECISION[],
    "u" DOUBLE PRECISION[],
    "n" INTEGER NOT NULL,
    "mean" DOUBLE PRECISION NOT NULL,
    "sd" DOUBLE PRECISION,
    "min" DOUBLE PRECISION NOT NULL,
    "max" DOUBLE PRECISION NOT NULL,
    "revises" UUID,
    "superseded_by" UUID,

    CONSTRAINT "measurement_pkey" PRIMARY KEY ("id","measured_at")
) PARTITION BY RANGE ("measured_at");

-- CreateTable
CREATE TABLE "overlay_layout" (
    "id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "column" INTEGER[],
    "row" INTEGER[],
    "fx" DOUBLE PRECISION[],
    "fy" DOUBLE PRECISION[],
    "x" DOUBLE PRECISION[],
    "y" DOUBLE PRECISION[],

    CONSTRAINT "overlay_layout_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "overlay_measurement" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "station" TEXT NOT NULL,
    "lot" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL,
    "product" TEXT NOT NULL,
    "layer" TEXT NOT NULL,
    "reference_layer" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "plan" TEXT NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "run_id" UUID,
    "processed_at" TIMESTAMPTZ(3),
    "tool" TEXT,
    "chamber" TEXT,
    "layout_id" UUID NOT NULL,
    "dx" DOUBLE PRECISION[],
    "dy" DOUBLE PRECISION[],
    "u" DOUBLE PRECISION[],

    CONSTRAINT "overlay_measurement_pkey" PRIMARY KEY ("id","measured_at")
) PARTITION BY RANGE ("measured_at");

-- CreateTable
CREATE TABLE "equipment_event" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "chamber" TEXT,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "description" TEXT NOT NULL,

    CONSTRAINT "equipment_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feature_set" (
    "id" UUID NOT NULL,
    "names" TEXT[],
    "units" TEXT[],

    CONSTRAINT "feature_set_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_summary" (
    "run_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "feature_set_id" UUID NOT NULL,
    "values" DOUBLE PRECISION[],
    "code_version" TEXT NOT NULL,

    CONSTRAINT "run_summary_pkey" PRIMARY KEY ("run_id","started_at")
) PARTITION BY RANGE ("started_at");

-- CreateTable
CREATE TABLE "spatial_result" (
    "measurement_id" UUID NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL,
    "order" INTEGER NOT NULL,
    "radius_mm" DOUBLE PRECISION NOT NULL,
    "coefficients" DOUBLE PRECISION[],
    "u" DOUBLE PRECISION[],
    "rank" INTEGER NOT NULL,
    "condition" DOUBLE PRECISION NOT NULL,
    "dof" INTEGER NOT NULL,
    "r2" DOUBLE PRECISION NOT NULL,
    "residual_sigma" DOUBLE PRECISION NOT NULL,
    "zones" JSONB NOT NULL,
    "code_version" TEXT NOT NULL,

    CONSTRAINT "spatial_result_pkey" PRIMARY KEY ("measurement_id","measured_at")
) PARTITION BY RANGE ("measured_at");

-- CreateTable
CREATE TABLE "overlay_result" (
    "measurement_id" UUID NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL,
    "model" TEXT NOT NULL,
    "names" TEXT[],
    "units" TEXT[],
    "values" DOUBLE PRECISION[],
    "u" DOUBLE PRECISION[],
    "rank" INTEGER NOT NULL,
    "condition" DOUBLE PRECISION NOT NULL,
    "n_used" INTEGER NOT NULL,
    "n_rejected" INTEGER NOT NULL,
    "unidentifiable" TEXT[],
    "statistics" JSONB NOT NULL,
    "code_version" TEXT NOT NULL,

    CONSTRAINT "overlay_result_pkey" PRIMARY KEY ("measurement_id","measured_at")
) PARTITION BY RANGE ("measured_at");

-- CreateTable
CREATE TABLE "vm_model" (
    "id" UUID NOT NULL,
    "operation" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "parameter" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "checked_to" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vm_model_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vm_version" (
    "model_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "trained_through" TIMESTAMPTZ(3) NOT NULL,
    "effective_from" TIMESTAMPTZ(3) NOT NULL,
    "trained_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "feature_set_id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "components" INTEGER NOT NULL,
    "validation" JSONB NOT NULL,
    "vip" DOUBLE PRECISION[],
    "model" JSONB NOT NULL,
    "code_version" TEXT NOT NULL,

    CONSTRAINT "vm_version_pkey" PRIMARY KEY ("model_id","version")
);

-- CreateTable
CREATE TABLE "vm_prediction" (
    "model_id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "u_value" DOUBLE PRECISION NOT NULL,
    "lo" DOUBLE PRECISION NOT NULL,
    "hi" DOUBLE PRECISION NOT NULL,
    "t2" DOUBLE PRECISION NOT NULL,
    "spe" DOUBLE PRECISION NOT NULL,
    "reliable" BOOLEAN NOT NULL,
    "missing" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "vm_prediction_pkey" PRIMARY KEY ("model_id","run_id","started_at")
) PARTITION BY RANGE ("started_at");

-- CreateTable
CREATE TABLE "chart" (
    "id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "area" TEXT NOT NULL,
    "characteristic" TEXT NOT NULL,
    "parameter" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "product" TEXT,
    "layer" TEXT,
    "tool" TEXT,
    "chamber" TEXT,
    "kind" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "alerting" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "chart_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "chart_version" (
    "chart_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "effective_from" TIMESTAMPTZ(3) NOT NULL,
    "rules" INTEGER[],
    "preset" TEXT NOT NULL,
    "cl" DOUBLE PRECISION,
    "ucl" DOUBLE PRECISION,
    "lcl" DOUBLE PRECISION,
    "sigma_within" DOUBLE PRECISION,
    "sigma_method" TEXT,
    "disp_cl" DOUBLE PRECISION,
    "disp_ucl" DOUBLE PRECISION,
    "disp_lcl" DOUBLE PRECISION,
    "subgroup" INTEGER NOT NULL DEFAULT 1,
    "lambda" DOUBLE PRECISION,
    "width_l" DOUBLE PRECISION,
    "target" DOUBLE PRECISION,
    "lsl" DOUBLE PRECISION,
    "usl" DOUBLE PRECISION,
    "baseline_n" INTEGER NOT NULL DEFAULT 25,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "chart_version_pkey" PRIMARY KEY ("chart_id","version")
);

-- CreateTable
CREATE TABLE "chart_point" (
    "chart_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "record_id" UUID NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "plotted" DOUBLE PRECISION NOT NULL,
    "u_value" DOUBLE PRECISION,
    "dispersion" DOUBLE PRECISION,
    "ucl" DOUBLE PRECISION,
    "lcl" DOUBLE PRECISION,
    "n" INTEGER NOT NULL DEFAULT 1,
    "lot" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL,
    "run_id" UUID,
    "tool" TEXT,
    "chamber" TEXT,
    "version" INTEGER NOT NULL,
    "rules" INTEGER[],
    "excluded" TEXT,

    CONSTRAINT "chart_point_pkey" PRIMARY KEY ("chart_id","at","record_id")
) PARTITION BY RANGE ("at");

-- CreateTable
CREATE TABLE "violation" (
    "chart_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "record_id" UUID NOT NULL,
    "rule" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "members" UUID[],
    "detail" JSONB NOT NULL,
    "alert_id" UUID,

    CONSTRAINT "violation_pkey" PRIMARY KEY ("chart_id","at","record_id","rule")
);

-- CreateTable
CREATE TABLE "alert" (
    "id" UUID NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "state" "alert_state" NOT NULL DEFAULT 'open',
    "title" TEXT NOT NULL,
    "area" TEXT NOT NULL,
    "tool" TEXT,
    "chamber" TEXT,
    "product" TEXT,
    "operation" TEXT,
    "chart_id" UUID,
    "record_id" UUID,
    "run_id" UUID,
    "lot" TEXT,
    "slot" SMALLINT,
    "rule" INTEGER,
    "value" DOUBLE PRECISION,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 1,
    "raised_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "assignee" TEXT,
    "cause" TEXT,
    "action" TEXT,
    "disposition" TEXT,
    "closed_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "alert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_event" (
    "id" BIGSERIAL NOT NULL,
    "alert_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT,
    "detail" JSONB,

    CONSTRAINT "alert_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notify_channel" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "secret" TEXT,
    "severities" TEXT[],
    "areas" TEXT[],
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "notify_channel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notify_delivery" (
    "channel_id" UUID NOT NULL,
    "alert_event_id" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "status_code" INTEGER,
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "notify_delivery_pkey" PRIMARY KEY ("channel_id","alert_event_id")
);

-- CreateTable
CREATE TABLE "control_loop" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "area" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "characteristic" TEXT NOT NULL,
    "parameter" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "knob" TEXT NOT NULL,
    "knob_unit" TEXT NOT NULL,
    "state" "loop_state" NOT NULL DEFAULT 'shadow',
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "control_loop_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "loop_version" (
    "loop_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "config" JSONB NOT NULL,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "loop_version_pkey" PRIMARY KEY ("loop_id","version")
);

-- CreateTable
CREATE TABLE "control_thread" (
    "id" UUID NOT NULL,
    "loop_id" UUID NOT NULL,
    "tool" TEXT NOT NULL,
    "chamber" TEXT NOT NULL,
    "state" JSONB NOT NULL,
    "n" INTEGER NOT NULL DEFAULT 0,
    "last_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "control_thread_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "control_step" (
    "thread_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "record_id" UUID NOT NULL,
    "run_id" UUID,
    "lot" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL,
    "y" DOUBLE PRECISION NOT NULL,
    "u_y" DOUBLE PRECISION,
    "x_applied" DOUBLE PRECISION NOT NULL,
    "disturbance" DOUBLE PRECISION NOT NULL,
    "accepted" BOOLEAN NOT NULL,
    "d_hat" DOUBLE PRECISION NOT NULL,
    "u_d_hat" DOUBLE PRECISION,
    "version" INTEGER NOT NULL,
    "state" JSONB NOT NULL,

    CONSTRAINT "control_step_pkey" PRIMARY KEY ("thread_id","at","record_id")
);

-- CreateTable
CREATE TABLE "advice" (
    "id" UUID NOT NULL,
    "thread_id" UUID NOT NULL,
    "loop_id" UUID NOT NULL,
    "lot" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "chamber" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "setpoint" DOUBLE PRECISION NOT NULL,
    "advised" DOUBLE PRECISION NOT NULL,
    "d_hat" DOUBLE PRECISION NOT NULL,
    "version" INTEGER NOT NULL,
    "mode" TEXT NOT NULL,
    "explanation" JSONB NOT NULL,

    CONSTRAINT "advice_pkey" PRIMARY KEY ("id","loop_id")
);

-- CreateTable
CREATE TABLE "task" (
    "id" BIGSERIAL NOT NULL,
    "queue" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'ready',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "flow_minute" (
    "minute" TIMESTAMPTZ(0) NOT NULL,
    "stage" TEXT NOT NULL,
    "process" TEXT NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "records" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "busy_ms" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "lag_ms" DOUBLE PRECISION NOT NULL DEFAULT 0,

    CONSTRAINT "flow_minute_pkey" PRIMARY KEY ("minute","stage","process")
);

-- CreateTable
CREATE TABLE "feed_event" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "detail" JSONB NOT NULL,

    CONSTRAINT "feed_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "csv_mapping" (
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "mapping" JSONB NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "csv_mapping_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "sim_fault" (
    "key" TEXT NOT NULL,
    "fault_type" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "chamber" TEXT,
    "operation" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,
    "description" TEXT NOT NULL,
    "run_keys" TEXT[],

    CONSTRAINT "sim_fault_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "sim_twin" (
    "run_key" TEXT NOT NULL,
    "parameter" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "sim_twin_pkey" PRIMARY KEY ("run_key","parameter")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_key" ON "session"("token");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE INDEX "account_user_id_idx" ON "account"("user_id");

-- CreateIndex
CREATE INDEX "verification_identifier_idx" ON "verification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE INDEX "audit_entry_entity_entity_id_at_idx" ON "audit_entry"("entity", "entity_id", "at");

-- CreateIndex
CREATE INDEX "lot_started_at_idx" ON "lot"("started_at");

-- CreateIndex
CREATE INDEX "run_lot_operation_slot_idx" ON "run"("lot", "operation", "slot");

-- CreateIndex
CREATE INDEX "run_tool_chamber_started_at_idx" ON "run"("tool", "chamber", "started_at");

-- CreateIndex
CREATE INDEX "run_operation_product_started_at_idx" ON "run"("operation", "product", "started_at");

-- CreateIndex
CREATE INDEX "measurement_lot_operation_slot_idx" ON "measurement"("lot", "operation", "slot");

-- CreateIndex
CREATE INDEX "measurement_run_id_idx" ON "measurement"("run_id");

-- CreateIndex
CREATE INDEX "measurement_operation_parameter_product_measured_at_idx" ON "measurement"("operation", "parameter", "product", "measured_at");

-- CreateIndex
CREATE INDEX "overlay_measurement_lot_operation_slot_idx" ON "overlay_measurement"("lot", "operation", "slot");

-- CreateIndex
CREATE INDEX "overlay_measurement_run_id_idx" ON "overlay_measurement"("run_id");

-- CreateIndex
CREATE INDEX "overlay_measurement_operation_product_measured_at_idx" ON "overlay_measurement"("operation", "product", "measured_at");

-- CreateIndex
CREATE INDEX "equipment_event_tool_at_idx" ON "equipment_event"("tool", "at");

-- CreateIndex
CREATE UNIQUE INDEX "vm_model_operation_product_parameter_key" ON "vm_model"("operation", "product", "parameter");

-- CreateIndex
CREATE INDEX "vm_prediction_run_id_idx" ON "vm_prediction"("run_id");

-- CreateIndex
CREATE INDEX "vm_prediction_model_id_started_at_idx" ON "vm_prediction"("model_id", "started_at");

-- CreateIndex
CREATE INDEX "chart_operation_parameter_idx" ON "chart"("operation", "parameter");

-- CreateIndex
CREATE INDEX "chart_point_record_id_idx" ON "chart_point"("record_id");

-- CreateIndex
CREATE INDEX "chart_point_run_id_idx" ON "chart_point"("run_id");

-- CreateIndex
CREATE INDEX "violation_alert_id_idx" ON "violation"("alert_id");

-- CreateIndex
CREATE INDEX "alert_state_severity_last_at_idx" ON "alert"("state", "severity", "last_at");

-- CreateIndex
CREATE INDEX "alert_chart_id_idx" ON "alert"("chart_id");

-- CreateIndex
CREATE INDEX "alert_event_alert_id_at_idx" ON "alert_event"("alert_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "notify_channel_name_key" ON "notify_channel"("name");

-- CreateIndex
CREATE UNIQUE INDEX "control_loop_name_key" ON "control_loop"("name");

-- CreateIndex
CREATE INDEX "control_loop_operation_product_idx" ON "control_loop"("operation", "product");

-- CreateIndex
CREATE UNIQUE INDEX "control_thread_loop_id_tool_chamber_key" ON "control_thread"("loop_id", "tool", "chamber");

-- CreateIndex
CREATE INDEX "control_step_run_id_idx" ON "control_step"("run_id");

-- CreateIndex
CREATE INDEX "advice_thread_id_at_idx" ON "advice"("thread_id", "at");

-- CreateIndex
CREATE INDEX "advice_loop_id_at_idx" ON "advice"("loop_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "task_key_key" ON "task"("key");

-- CreateIndex
CREATE INDEX "task_state_available_at_idx" ON "task"("state", "available_at");

-- CreateIndex
CREATE INDEX "feed_event_at_idx" ON "feed_event"("at");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tool" ADD CONSTRAINT "tool_area_fkey" FOREIGN KEY ("area") REFERENCES "area"("name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chamber" ADD CONSTRAINT "chamber_tool_fkey" FOREIGN KEY ("tool") REFERENCES "tool"("name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm_version" ADD CONSTRAINT "vm_version_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "vm_model"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "chart_version" ADD CONSTRAINT "chart_version_chart_id_fkey" FOREIGN KEY ("chart_id") REFERENCES "chart"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert_event" ADD CONSTRAINT "alert_event_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alert"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "loop_version" ADD CONSTRAINT "loop_version_loop_id_fkey" FOREIGN KEY ("loop_id") REFERENCES "control_loop"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- ---- by hand: what the Prisma schema language cannot say -----------------------------------------------------------

-- Month partitions. One call makes the partitions of all time-grown tables for the month of a time; retention drops them.
CREATE FUNCTION ensure_month(at_time TIMESTAMPTZ) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  month_start DATE := date_trunc('month', at_time AT TIME ZONE 'UTC')::date;
  month_end DATE := (date_trunc('month', at_time AT TIME ZONE 'UTC') + INTERVAL '1 month')::date;
  parent TEXT;
  part TEXT;
BEGIN
  FOREACH parent IN ARRAY ARRAY['run', 'trace', 'measurement', 'overlay_measurement', 'run_summary',
    'spatial_result', 'overlay_result', 'vm_prediction', 'chart_point'] LOOP
    part := parent || '_' || to_char(month_start, 'YYYY_MM');
    IF to_regclass(quote_ident(part)) IS NULL THEN
      PERFORM pg_advisory_xact_lock(hashtext('ensure_month'));
      EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
        part, parent, month_start || ' 00:00:00+00', month_end || ' 00:00:00+00');
    END IF;
  END LOOP;
END $$;

-- Traces are float32 blobs read by sub-range: kept out of line and uncompressed so that substring() reads just its bytes.
ALTER TABLE "trace" ALTER COLUMN "v" SET STORAGE EXTERNAL;
ALTER TABLE "trace" ALTER COLUMN "t" SET STORAGE EXTERNAL;

-- One open alert per cause.
CREATE UNIQUE INDEX "alert_one_open_per_cause" ON "alert" ("dedupe_key") WHERE "state" <> 'closed';

-- The queue of work: the dispatcher's and the health page's reads.
CREATE INDEX "task_ready" ON "task" ("id") WHERE "state" = 'ready';
ALTER TABLE "task" ADD CONSTRAINT "task_state" CHECK ("state" IN ('ready', 'sent', 'dead'));

ALTER TABLE "lot" ADD CONSTRAINT "lot_wafers" CHECK ("wafers" BETWEEN 1 AND 25);
ALTER TABLE "run" ADD CONSTRAINT "run_times" CHECK ("ended_at" >= "started_at");
ALTER TABLE "run" ADD CONSTRAINT "run_slot" CHECK ("slot" BETWEEN 1 AND 25);
ALTER TABLE "specification" ADD CONSTRAINT "specification_order" CHECK ("lsl" IS NULL OR "usl" IS NULL OR "lsl" < "usl");

-- The audit trail only grows.
CREATE FUNCTION refuse_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER "audit_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Live views: one notification a statement wakes the listeners, which then read by id.
CREATE FUNCTION feed_notify() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('feed', '');
  RETURN NULL;
END $$;
CREATE TRIGGER "feed_notify" AFTER INSERT ON "feed_event" FOR EACH STATEMENT EXECUTE FUNCTION feed_notify();

-- New work wakes the dispatcher at commit.
CREATE FUNCTION task_notify() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('task', '');
  RETURN NULL;
END $$;
CREATE TRIGGER "task_notify" AFTER INSERT ON "task" FOR EACH STATEMENT EXECUTE FUNCTION task_notify();
