export { default } from '../../alerts/[id]/loading';
