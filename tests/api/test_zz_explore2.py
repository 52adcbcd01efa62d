import copy
import json
from pathlib import Path

from api.access import access
from tests.two_towns import PARAMETER


class Log:
    def __init__(s): s.bad={}; s.n=0
    def see(s, key, r):
        s.n+=1
        if r.status_code>=500:
            s.bad.setdefault(key,[]).append(r.status_code)

V=["", "\x00","a\x00b","a\ud800b","9"*40,"9"*4400,-1,0,1.5,10**30,float("nan"),float("inf"),True,None,[],{}, "²","9999-12-31T23:59:59-14:00","0001-01-01T00:00+14:00","2026-02-30","x"*300000,[[]]*50, "é\u2028","2199-12-31","24:00", 1e308, -0.0, [None], {"\x00":"\x00"}]

def paths(o, at=()):
    yield at
    if isinstance(o,dict):
        for k,v in o.items(): yield from paths(v,at+(k,))
    elif isinstance(o,list):
        for i,v in enumerate(o): yield from paths(v,at+(i,))

def mutate(o,at,v):
    if not at: return v
    o=copy.deepcopy(o); x=o
    for k in at[:-1]: x=x[k]
    x[at[-1]]=v
    return o
def key(o,at,v):
    o=copy.deepcopy(o); x=o
    for k in at: x=x[k]
    if isinstance(x,dict): x[v]="x"
    return o

def test_setup_file(world):
    log=Log(); c=world.client; c._transport.raise_server_exceptions=False
    h=world.headers("admin",is_program=False)
    base=json.loads(Path("docs/ville.example.json").read_text())
    def send(doc,k):
        r=c.post("/t/essai/admin/ville/reglages",files={"file":("x.json",doc,"application/json")},headers=h,follow_redirects=False)
        log.see(k,r); return r
    r=send(json.dumps(base).encode(),("base",)); print(r.status_code, r.headers.get("location"), )
    ps=[p for p in paths(base) if "coordinates" not in p or len(p)<5]
    for p in ps:
        for v in V:
            for b in (mutate(base,p,v),):
                send(json.dumps(b).encode(),(p,repr(v)[:30]))
        send(json.dumps(key(base,p,"\x00")).encode(),(p,"key nul"))
    for raw in (b"",b"\xff\xfe",b"["*100000,b"{}"*3,b'{"a":'+b"9"*5000+b"}",b"\xef\xbb\xbf{}", b'"\\ud800"', b'{"hub":{"name":"\\ud800","lon":1,"lat":1}}'):
        send(raw,raw[:20])
    print(log.n)
    for k in log.bad: print("BAD",k)

def test_csv(world):
    log=Log(); c=world.client; c._transport.raise_server_exceptions=False
    h=world.headers("admin",is_program=False)
    head="code;nom;metier;siret;adresse;lon;lat;horaires;apporte;reste_a_charge"
    row=["maison","Maison","boucherie","99983745300011","89 venelle","-2.03","48.41","Tu-Sa 08:30-12:45","non","oui"]
    def send(doc,k):
        r=c.post("/t/essai/admin/commerces/import",files={"file":("x.csv",doc,"text/csv")},headers=h,follow_redirects=False)
        log.see(k,r); return r
    print(send((head+"\n"+";".join(row)).encode(),"base").status_code)
    for i in range(10):
        for v in ["","\x00","a\x00b","9"*40,"9"*4400,"nan","inf","-1","²","x"*200000,'"',"=1","\ud800","1e400","24:00-25:00","Tu-Sa 99:99-99:99", "Mo-Su "*1000, "٣"]:
            x=row[:]; x[i]=v
            send((head+"\n"+";".join(x)).encode("utf-8","surrogatepass"),(i,v[:20]))
    for raw in (b"",b"\xff\xfe",b"\x00",head.encode()*5000,b"\r"*1000,b'"'*1000, (head+"\n").encode()+b";"*2000000, (head+"\n"+";".join(row)+"\n").encode()*10):
        send(raw,raw[:20])
    for k in log.bad: print("BAD",k)

def test_api(world):
    log=Log(); c=world.client; c._transport.raise_server_exceptions=False
    order={"reference":"Z","shop":"fromagerie","recipient":{"name":"x","phone":"0612345678"},"fulfilment":"home","basket_cents":100,"parcels":[{"size":"small","weight_g":10,"volume_l":1,"temperature":"ambient"}],"address":"12 rue du Port","point":{"lon":-2.05,"lat":48.45},"slot_starts_at":"2026-11-20T14:00:00Z","ready_at":"2026-11-20T10:00:00Z","note":"n"}
    ev={"events":[{"uuid":"11111111-1111-4111-8111-111111111111","round_id":world.own["round_id"],"task_id":1,"seq":0,"device_at":"2026-11-20T10:00:00Z","monotonic_ms":1,"kind":"delivered","payload":{"code":"1234"}}]}
    bases={"/api/v1/orders":order,"/api/v1/courier/events":ev,"/t/{slug}/tournees/evenements":ev,"/api/v1/shop/orders/{order_id}/hand-over":{"code":"1234"},"/api/v1/hub/deliveries/{delivery_id}/hand-over":{"code":"1234"},"/api/v1/dispatch/plans/{day}":{"seconds":0.01,"seed":0}}
    n=0
    for path,base in bases.items():
        prog=path.startswith("/api")
        h=world.headers(sorted(access("POST",path).roles)[0],is_program=prog)
        own=PARAMETER.sub(lambda f:str(world.own[f[1]]),path)
        for p in paths(base):
            for v in V:
                if path.endswith("{day}") and v in (0,1,True,1.5): pass
                doc=json.dumps(mutate(base,p,v)); n+=1
                r=c.post(own,content=doc,headers={**h,"content-type":"application/json","Idempotency-Key":f"k{n}"})
                log.see((path,p,repr(v)[:30]),r)
        for raw in (b"",b"\xff",b"["*100000,b"9"*5000,b'{"a":'*2000, b'{"code":"1234","code":null}'):
            r=c.post(own,content=raw,headers={**h,"content-type":"application/json","Idempotency-Key":"z"}); log.see((path,raw[:10]),r)
        for ct in ("text/plain","application/json; charset=utf-16","application/json; charset=foo","application/xml",""):
            r=c.post(own,content=json.dumps(base),headers={**h,"content-type":ct,"Idempotency-Key":"z2"}); log.see((path,ct),r)
    h=world.headers("channel",is_program=True)
    for k in ("","a"*500,"\xe9","k\x7f"):
        r=c.post("/api/v1/orders",content=json.dumps(order),headers={**h,"content-type":"application/json","Idempotency-Key":k.encode("latin-1")}); log.see(("idem",k),r)
    print(log.n)
    for k in log.bad: print("BAD",k)
