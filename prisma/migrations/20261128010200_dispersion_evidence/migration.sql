-- A signal on the dispersion chart states the limits of the dispersion.
UPDATE "violation" x SET "detail" = x."detail"::jsonb || jsonb_build_object('cl', v."disp_cl", 'ucl', v."disp_ucl", 'lcl', v."disp_lcl")
FROM "chart_version" v WHERE v."chart_id" = x."chart_id" AND v."version" = x."version" AND x."rule" > 100;
