import importlib
import inspect
import pkgutil
import re
import sys
import time

from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from pydantic import BaseModel

import api.pages
from api.access import access, calls
from tests.two_towns import PARAMETER

for m in pkgutil.iter_modules(api.pages.__path__):
    importlib.import_module(f"api.pages.{m.name}")

NAMES=set()
for name, mod in list(sys.modules.items()):
    if name.startswith("api.pages"):
        for cls in vars(mod).values():
            if inspect.isclass(cls) and issubclass(cls, BaseModel):
                NAMES |= set(cls.model_fields)
        src=inspect.getsource(mod)
        NAMES |= set(re.findall(r'(?:fields|query_params)\.(?:get|all)\(\s*"(\w+)"', src))
NAMES |= {"small_1","medium_1","temperature_1","pick","opens_0_1","closes_0_1","starts_1","ends_1","deplacee","retour","etat","zone","creneau","boutique","remise","tournee","vus"}
NAMES -= {"csrf"}
print(sorted(NAMES))
PATHS=["%00","a%00b","%ED%A0%80","%FF","%C0%AF","..","%2e%2e%2f","9"*40,"9"*4400,"-1","0","1e5","%C2%B2","%D9%A3","{x}","%25s","%0d%0a","2026-02-30","0001-01-01","9999-12-31","2026-W01-1","%F0%9F%98%80"," ","'--",'"><script>',"\\"]
QUERY=["%00","a%00b","%ED%A0%80","9"*40,"-1","0","NaN","%C2%B2","%D9%A3","2026-02-30","0001-01-01","9999-12-31","9999-12-31T23:59:59-14:00","0001-01-01T00:00%2B14:00","http://[","//[","%0d%0aX: y","%F0%9F%98%80","'--","%3Cscript%3E","a"*400, "9:9", "0:9","new:1:1"]

def out(world): 
    return TestClient(world.client.app, raise_server_exceptions=False, base_url="http://127.0.0.1", follow_redirects=False)

class Log:
    def __init__(s): s.bad={}
    def see(s, key, r):
        if r.status_code>=500:
            s.bad.setdefault(key,[]).append(r.status_code)

def rolesof(e): 
    return sorted(e.roles)[:1] or ["nobody"]

def declared(app):
    found={}
    for c in iter_route_contexts(app.routes):
        r=getattr(c,"route",c)
        for m in c.methods or ():
            dep=getattr(c,"dependant",None) or getattr(getattr(c,"original_route",None),"dependant",None)
            found[m,c.path]=[p.alias for p in dep.query_params] if dep else []
    return found

def test_paths(world):
    log=Log(); n=0; t=time.time()
    client=world.client
    client._transport.raise_server_exceptions=False
    for method,path in sorted(calls(client.app.routes)):
        e=access(method,path)
        for role in (sorted(e.roles) or ["nobody"]):
            h={} if role=="nobody" else world.headers(role,is_program=path.startswith("/api/"))
            for p in PARAMETER.findall(path):
                for v in PATHS:
                    r=world.call(method,path,{**world.own,p:v},h); n+=1
                    log.see((method,path,p,v[:20],role),r)
            if not path.startswith('/api') : break
    print(n,time.time()-t)
    for k in log.bad: print(k)
    assert not log.bad

def test_queries(world):
    log=Log(); n=0; t=time.time()
    client=world.client
    client._transport.raise_server_exceptions=False
    dec=declared(client.app)
    print(dec)
    for method,path in sorted(calls(client.app.routes)):
        e=access(method,path)
        role=(sorted(e.roles) or ["nobody"])[-1]
        h={} if role=="nobody" else world.headers(role,is_program=path.startswith("/api/"))
        own=PARAMETER.sub(lambda f:str(world.own[f[1]]),path)
        if method!="GET": continue
        for v in QUERY:
            names=sorted(NAMES|{"lang","fait","suite","commande"}-set(dec.get((method,path),[])))
            for group in [names]+[[x] for x in dec.get((method,path),[])]:
                q="&".join(f"{x}={v}" for x in group)
                r=client.request(method,own+"?"+q,headers=h,follow_redirects=False); n+=1
                log.see((method,path,group[0] if len(group)==1 else "all",v[:20]),r)
    print(n,time.time()-t)
    for k in log.bad: print(k)
    assert not log.bad

FORM=["","\x00","a\x00b","a\ud800b","\ufffe","9"*40,"9"*4400,"-1","0","1.5","NaN","Infinity","1e309","²","٣","²³45","２０２６-11-10","2026-02-30","0001-01-01","9999-12-31","9999-12-31T23:59:59-14:00","0001-01-01T00:00+14:00","2026-11-24T10:00","24:00","23:59:59.999999+23:59","http://[","//[","\r\nX: y","😀"*50,"'--","<script>","a"*300000,"../..","yes","Europe","/etc","new","1","r1","ﷺ"*300, "İ@x.fr","a@b.c\x85", "\u2028", "x"*120, "{}", "{0}","%s"]

def enc(v):
    from urllib.parse import quote_plus
    return quote_plus(v.encode("utf-8","surrogatepass"))

BASES={
 "/t/{slug}/connexion": {"email":"a@b.fr","password":"xxxxxxxxxxx","suite":"/t/essai/compte"},
 "/t/{slug}/mot-de-passe": {"email":"a@b.fr"},
 "/t/{slug}/compte": {"former":"xxxxxxxxxx","password":"yyyyyyyyyyyyy"},
 "/t/{slug}/commerce/commandes": {"key":"11111111-1111-4111-8111-111111111111","phone":"0612345678","name":"Anne","basket":"12,50","fulfilment":"home","address":"12 rue du Port","small_1":"1","temperature_1":"ambient","slot_home":"2026-11-10T09:00:00+01:00","ready_at":"2026-11-09T10:00","note":"x","reference":"R"},
 "/t/{slug}/commerce/commandes/{order_id}/modifier": {"phone":"0612345678","name":"Anne","basket":"12,50","fulfilment":"home","address":"12 rue du Port","small_1":"1","temperature_1":"ambient","slot_home":"2026-11-10T09:00:00+01:00","ready_at":"2026-11-09T10:00","note":"x","reference":"R"},
 "/t/{slug}/commerce/commandes/{order_id}/retour":{"state":"ready"},
 "/t/{slug}/commerce/commandes/{order_id}/remettre":{"code":"1234"},
 "/t/{slug}/hub/recevoir":{"code":"ABCD","vus":"7A78ABCFCBAC","order":"1"},
 "/t/{slug}/hub/chercher":{"nom":"x"},
 "/t/{slug}/hub/livraisons/{delivery_id}/remettre":{"code":"1234"},
 "/t/{slug}/regulation/{day}/planifier":{"seconds":"10"},
 "/t/{slug}/regulation/{day}/publier":{"plan_id":"1"},
 "/t/{slug}/regulation/{day}/deplacer":{"livraison":"1","vers":"1","vu":"a","malgre":"yes"},
 "/t/{slug}/regulation/{day}/livraisons":{"etat":"x","zone":"z","creneau":"1","boutique":"1","remise":"home","tournee":"1","texte":"x"},
 "/t/{slug}/regulation/livraisons/{delivery_id}/annuler":{"commande":"1"},
 "/t/{slug}/regulation/livraisons/{delivery_id}/creneau":{"creneau":"2026-11-10T09:00:00+01:00"},
 "/t/{slug}/regulation/vehicules/{vehicle_id}/lien":{"jour":"2026-11-10"},
 "/t/{slug}/suivi/{token}/creneau":{"slot":"2026-11-10T09:00:00+01:00"},
 "/t/{slug}/admin/ville":{"name":"Essai","timezone":"Europe/Paris"},
 "/t/{slug}/admin/ville/hub":{"hub_name":"H","address":"12 rue du Port","lon":"","lat":"","has_drive":"yes","setup_s":"60"},
 "/t/{slug}/admin/commerces":{"code":"z","name":"Z","trade":"t","siret":"99983745300011","address":"12 rue du Port","lon":"","lat":"","brings_parcels":"yes","accepts_residual":"yes","opens_0_1":"08:00","closes_0_1":"12:00"},
 "/t/{slug}/admin/commerces/{shop_id}":{"code":"fromagerie","name":"Z","trade":"t","siret":"99983745300011","address":"12 rue du Port","lon":"","lat":"","brings_parcels":"yes","opens_0_1":"08:00","closes_0_1":"12:00"},
 "/t/{slug}/admin/vehicules":{"name":"v","profile":"van","weight_kg":"100","volume_l":"100","chilled_l":"1","frozen_l":"1","hour":"1","km":"1","use":"1","starts_1":"08:00","ends_1":"12:00"},
 "/t/{slug}/admin/vehicules/{vehicle_id}":{"name":"v","profile":"van","weight_kg":"100","volume_l":"100","chilled_l":"1","frozen_l":"1","hour":"1","km":"1","use":"1","starts_1":"08:00","ends_1":"12:00"},
 "/t/{slug}/admin/creneaux":{"kind":"home","weekdays":"1","starts":"09:00","ends":"10:00","capacity":"10","closes":"notice","eve_at":"18:00","notice_hours":"2","first_day":"2026-11-10","weeks":"1"},
 "/t/{slug}/admin/comptes":{"email":"q@b.fr","name":"Q","role":"shop","shop_id":"1"},
 "/t/{slug}/admin/comptes/{account_id}":{"email":"q2@b.fr","name":"Q","role":"courier","vehicle_id":"1"},
 "/t/{slug}/admin/cles":{"role":"channel","label":"l","channel":"c","shop_id":"","vehicle_id":""},
}

def test_forms(world):
    log=Log(); n=0; t=time.time()
    client=world.client
    client._transport.raise_server_exceptions=False
    posts=sorted(p for m,p in calls(client.app.routes) if m=="POST" and not p.startswith("/api"))
    print("no base:", [p for p in posts if p not in BASES])
    for path in posts:
        e=access("POST",path)
        role=(sorted(e.roles) or ["nobody"])[-1]
        h={} if role=="nobody" else world.headers(role,is_program=False)
        if path.endswith("deconnexion"): h=world.headers("shop",is_program=False)
        own=PARAMETER.sub(lambda f:str(world.own[f[1]]),path)
        base=BASES.get(path,{})
        def post(d, key):
            nonlocal n
            body="&".join(f"{enc(k)}={enc(v)}" for k,v in d.items())
            r=client.post(own,content=body,headers={**h,"content-type":"application/x-www-form-urlencoded"},follow_redirects=False); n+=1
            log.see((path,*key),r)
            return r
        if base: print(path, post(base,("base",)).status_code)
        for v in FORM:
            post({k:v for k in NAMES},("all",v[:30]))
            for k in base:
                post({**base,k:v},(k,v[:30]))
            r=post({**base,v:"1"},("name",v[:30]))
    print(n,time.time()-t)
    for k in log.bad: print(k)
    assert not log.bad

CT=["multipart/form-data","multipart/form-data; boundary=","multipart/form-data; boundary=x; charset=unicode_escape","multipart/form-data; boundary=x; charset=undefined","multipart/form-data; boundary=x; charset=idna","multipart/form-data; boundary=x; charset=utf-7","multipart/form-data; boundary=x; charset=punycode","multipart/form-data; boundary=x; charset=raw_unicode_escape","multipart/form-data; boundary=x; charset=rot13", "multipart/form-data; boundary=x; charset=zlib"]
def test_multipart(world):
    log=Log()
    client=world.client
    client._transport.raise_server_exceptions=False
    for path,role in (("/t/essai/connexion","nobody"),("/t/essai/admin/commerces/import","admin"),("/t/essai/hub/chercher","hub")):
        h={} if role=="nobody" else world.headers(role,is_program=False)
        for ct in CT:
            for field in (rb"\ud800", rb"+2AA-", b"\xff\xfe", b"xn--\xe9."):
                for body in (b"--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n"+field+b"\r\n--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n"+field+b"\r\n--x\r\nContent-Disposition: form-data; name=\"nom\"\r\n\r\n"+field+b"\r\n--x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nab\r\n--x--\r\n", b"garbage", b"--x\r\n\r\n\r\n--x--", b"", b"--x\r\nContent-Disposition: form-data; name=\""+field+b"\"; filename=\""+field+b"\"\r\n\r\nhi\r\n--x--"):
                    hh={k:v for k,v in h.items()}
                    r=client.post(path,content=body,headers={**hh,"content-type":ct},follow_redirects=False)
                    log.see((path,ct,field,body[:40]),r)
    for k in log.bad: print(k)
    assert not log.bad

def test_headers(world):
    log=Log()
    client=world.client
    client._transport.raise_server_exceptions=False
    h=world.headers("shop",is_program=False)
    for extra in ({"Origin":"http://["},{"Origin":"null"},{"Host":"["},{"Host":"[::1"},{"Host":"x:99999999"},{"Host":""},{"X-CSRF-Token":"\xe9"},{"Cookie":"colporteur=\xe9"},{"Cookie":"colporteur="+"a"*5000},{"Accept-Language":"\xff"},{"If-None-Match":"\xff"},{"Sec-Fetch-Site":"\xff"},{"Referer":"http://["},{"Authorization":"Bearer \xe9"},{"Cookie":"langue=xx"}):
        for m,p in (("POST","/t/essai/connexion"),("POST","/t/essai/deconnexion"),("GET","/t/essai/commerce"),("GET","/t/essai/commerce/commandes/1"),("GET","/t/essai/connexion"),("GET","/api/v1/orders/1"),("GET","/")):
            hh={**h} 
            for k,v in extra.items(): hh[k]=v.encode("latin-1")
            r=client.request(m,p,headers=hh,data={"email":"a","password":"b"} if m=="POST" else None,follow_redirects=False)
            log.see((m,p,str(extra)[:60]),r)
    for v in ("http://[","//[","\x00"):
        hh=world.headers("shop",is_program=False)
        r=client.get("/t/essai/connexion",params={"suite":v},headers=hh,follow_redirects=False); log.see(("suite",v),r)
    for k in log.bad: print(k)
    assert not log.bad
