// A countersign's list and result are names of variables, written as text; the drawing library takes them for references to elements that
// are not there and drops them. So they travel as attributes while the diagram is open, and come home when it is saved.
const LOOP = /<(\w+:)?multiInstanceLoopCharacteristics\b([^>]*?)(\/>|>([\s\S]*?)<\/\1multiInstanceLoopCharacteristics>)/g;
const PLACES = [['loopDataInputRef', 'listIn'], ['loopDataOutputRef', 'listOut']];
const NAMESPACE = 'https://gridloop.dev/schema/bpmn/1.0';

export const loopNames = { name: 'LoopNames', extends: ['bpmn:MultiInstanceLoopCharacteristics'],
  properties: PLACES.map(([, name]) => ({ name, isAttr: true, type: 'String' })) };

export function opened(xml) {
  const prefixed = /xmlns:gl\s*=/.test(xml) ? xml : xml.replace(/<(\w+:)?definitions\b/, `$& xmlns:gl="${NAMESPACE}"`);
  return prefixed.replace(LOOP, (whole, prefix = '', attributes, _, inside = '') => {
    let body = inside, more = '';
    PLACES.forEach(([tag, name]) => {
      body = body.replace(new RegExp(`<${prefix}${tag}>([^<]*)</${prefix}${tag}>`), (_, text) => { more += ` gl:${name}="${text.trim()}"`; return ''; });
    });
    return `<${prefix}multiInstanceLoopCharacteristics${attributes.replace(/\/$/, '')}${more}>${body}</${prefix}multiInstanceLoopCharacteristics>`;
  });
}

export function closed(xml) {
  return xml.replace(LOOP, (whole, prefix = '', attributes, _, inside = '') => {
    let own = attributes.replace(/\/$/, ''), names = '';
    PLACES.forEach(([tag, name]) => {
      own = own.replace(new RegExp(`\\s+gl:${name}="([^"]*)"`), (_, text) => { if (text) names += `<${prefix}${tag}>${text}</${prefix}${tag}>`; return ''; });
    });
    const cardinality = new RegExp(`^\\s*<${prefix}loopCardinality[\\s\\S]*?</${prefix}loopCardinality>`).exec(inside);
    const first = cardinality ? cardinality[0] : '';
    return `<${prefix}multiInstanceLoopCharacteristics${own}>${first}${names}${inside.slice(first.length)}</${prefix}multiInstanceLoopCharacteristics>`;
  });
}
