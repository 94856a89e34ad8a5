'use client';
import { useDraft } from './draft-context';
import { GroupIssue, NumberField, QuantityField, TextField } from './fields';
import { ListEditor } from './list-editor';
import { MaterialField } from './material-field';

const SIO2 = { kind: 'library', name: 'SiO2' } as const;

/** What the sample is made of: films, sections of a line, slabs or trapezoids. */
export function SampleForm() {
  const { draft } = useDraft();
  switch (draft.sample.kind) {
    case 'film-stack':
      return (
        <div className="flex flex-col gap-2">
          <MaterialField path="sample.ambient" label="Ambient" />
          <Films path="sample.films" title="Films" />
          <MaterialField path="sample.substrate" label="Substrate" />
        </div>
      );
    case 'line-grating':
      return <GratingForm />;
    case 'xrr':
      return <XrrForm />;
    case 'saxs-lines':
      return <SaxsForm />;
  }
}

function Films({ path, title }: { path: string; title: string }) {
  return (
    <ListEditor
      path={path}
      title={title}
      one="film"
      order="from top to bottom"
      make={() => ({ name: 'film', material: SIO2, thicknessNm: 10 })}
    >
      {(p) => (
        <div className="flex flex-col gap-1">
          <div className="grid grid-cols-2 gap-2">
            <TextField path={`${p}.name`} label="Name" />
            <QuantityField path={`${p}.thicknessNm`} label="Thickness" unit="nm" />
          </div>
          <MaterialField path={`${p}.material`} label="Material" />
        </div>
      )}
    </ListEditor>
  );
}

function GratingForm() {
  return (
    <div className="flex flex-col gap-2">
      <GroupIssue path="sample.line" />
      <div className="grid grid-cols-3 gap-2">
        <QuantityField path="sample.pitchNm" label="Pitch" unit="nm" />
        <QuantityField path="sample.line.cdNm" label="CD" unit="nm" help="Width of the line, without roundings" />
        <NumberField path="sample.line.cdAt" label="CD at" unit="of height" help="0 is the bottom, 0.5 the middle, 1 the top" />
        <QuantityField path="sample.line.topRoundingNm" label="Top rounding" unit="nm" help="Radius of the top fillets" />
        <QuantityField path="sample.line.footingNm" label="Footing" unit="nm" help="Radius of the fillets that widen the foot" />
      </div>
      <MaterialField path="sample.ambient" label="Ambient" />
      <ListEditor
        path="sample.line.sections"
        title="Sections of the line"
        one="section"
        order="from top to bottom"
        least={1}
        make={() => ({ name: 'section', material: SIO2, heightNm: 20, sidewallAngleDeg: 88 })}
      >
        {(p) => (
          <div className="flex flex-col gap-1">
            <div className="grid grid-cols-4 gap-2">
              <TextField path={`${p}.name`} label="Name" />
              <QuantityField path={`${p}.heightNm`} label="Height" unit="nm" />
              <QuantityField
                path={`${p}.sidewallAngleDeg`}
                label="Sidewall"
                unit="°"
                help="Mean of both walls: 90° is vertical, less is wider below"
              />
              <QuantityField
                path={`${p}.tiltDeg`}
                label="Tilt"
                unit="°"
                absent={0}
                help="Lean to the right: the left wall stands at sidewall − tilt, the right one at sidewall + tilt"
              />
            </div>
            <MaterialField path={`${p}.material`} label="Material" />
          </div>
        )}
      </ListEditor>
      <Films path="sample.films" title="Films below the lines" />
      <MaterialField path="sample.substrate" label="Substrate" />
      <div className="grid grid-cols-3 gap-2">
        <NumberField path="sample.slices" label="Slices" help="Slabs that the line is cut into" />
        <NumberField
          path="sample.truncation"
          label="Harmonics M"
          optional
          placeholder="by sweep"
          help="M of 2M + 1 harmonics; empty: the order sweep chooses when the recipe is saved"
        />
        <NumberField path="sample.tolerance" label="Tolerance" help="Error of a reflectance that the order sweep may leave" />
      </div>
    </div>
  );
}

function Curve({ children }: { children?: React.ReactNode }) {
  return (
    <div className="grid grid-cols-3 gap-2">
      <QuantityField path="sample.scale" label="Scale" />
      <QuantityField path="sample.background" label="Background" />
      {children}
    </div>
  );
}

function XrrForm() {
  return (
    <div className="flex flex-col gap-2">
      <ListEditor
        path="sample.slabs"
        title="Slabs"
        one="slab"
        order="from the fronting medium to the substrate"
        least={2}
        make={() => ({ name: 'slab', thicknessA: 100, sld: 18.8, isld: 0.2, roughnessTopA: 3 })}
      >
        {(p) => (
          <div className="grid grid-cols-3 gap-2">
            <TextField path={`${p}.name`} label="Name" />
            <QuantityField path={`${p}.thicknessA`} label="Thickness" unit="Å" help="Has no meaning for the first and the last" />
            <QuantityField path={`${p}.roughnessTopA`} label="Top roughness" unit="Å" />
            <QuantityField path={`${p}.sld`} label="Density" unit="1e−6/Å²" />
            <QuantityField path={`${p}.isld`} label="Absorption" unit="1e−6/Å²" />
          </div>
        )}
      </ListEditor>
      <Curve>
        <NumberField path="sample.resolutionPercent" label="Resolution" unit="% of q" />
      </Curve>
    </div>
  );
}

function SaxsForm() {
  return (
    <div className="flex flex-col gap-2">
      <QuantityField path="sample.bottomCdNm" label="Bottom CD" unit="nm" />
      <ListEditor
        path="sample.trapezoids"
        title="Trapezoids"
        one="trapezoid"
        order="from bottom to top"
        least={1}
        make={() => ({ name: 'trapezoid', heightNm: 20, leftAngleDeg: 88, rightAngleDeg: 88, contrast: 1 })}
      >
        {(p) => (
          <div className="grid grid-cols-3 gap-2">
            <TextField path={`${p}.name`} label="Name" />
            <QuantityField path={`${p}.heightNm`} label="Height" unit="nm" />
            <QuantityField path={`${p}.contrast`} label="Contrast" />
            <QuantityField path={`${p}.leftAngleDeg`} label="Left angle" unit="°" />
            <QuantityField path={`${p}.rightAngleDeg`} label="Right angle" unit="°" />
          </div>
        )}
      </ListEditor>
      <Curve />
      <div className="grid grid-cols-3 gap-2">
        <QuantityField path="sample.sigmaXNm" label="Roughness across" unit="nm" help="Debye-Waller" />
        <QuantityField path="sample.sigmaZNm" label="Roughness along" unit="nm" help="Debye-Waller, along the normal" />
      </div>
    </div>
  );
}
