import { createRng, fromRows } from '@/lib/numerics';
import { optimalPlan } from '@/lib/sampling';
import { zernikeValues } from '@/lib/spatial';
for (let s=1;s<=6;s++){const r=createRng(s,'d');const N=[121,200][s%2]!;const p=[10,15,21][s%3]!;const x:number[]=[],y:number[]=[];for(let i=0;i<N;i++){const a=Math.sqrt(r.uniform()),t=2*Math.PI*r.uniform();x.push(a*Math.cos(t));y.push(a*Math.sin(t));}
 const v=zernikeValues(x,y,p).data; const F=fromRows(Array.from({length:N},(_,i)=>Array.from(v.subarray(i*p,(i+1)*p)))); const n=p+7;
 const out:string[]=[];
 for (const starts of [20,60,200,600]) {const t0=performance.now(); const a=optimalPlan(F,n,{starts}); out.push(`${starts}:${a.logDet.toFixed(6)} ${(performance.now()-t0).toFixed(0)}ms`);}
 const t0=performance.now(); const A=[60,400].map((starts)=>optimalPlan(F,n,{starts,criterion:'A'}).traceInverse.toFixed(8));
 console.log(N,p,n,out.join(' | '),'A',A.join(' '),(performance.now()-t0).toFixed(0));}
