"""One file with every element and attribute of DMN 1.5 (its schemas, read top to bottom), strangers' extensions and comments
among them: what the reference files leave out."""

from __future__ import annotations

MODEL, DMNDI = "https://www.omg.org/spec/DMN/20230324/MODEL/", "https://www.omg.org/spec/DMN/20230324/DMNDI/"


def text(words: str, name: str = "literalExpression", more: str = "") -> str:
    """A box of words."""
    return f"<{name}{more}><text>{words}</text></{name}>"


def decision(ident: str, logic: str, before: str = "") -> str:
    """A decision of this name."""
    return (f'<decision id="{ident}" name="{ident}" label="seen" x:own="1">{before}<variable id="{ident}_v" name="{ident}" '
            f'typeRef="number"/>{logic}</decision>')


BOXES = {
    "list": f"<list id='list_b' typeRef='Numbers'>{text('1')}{text('2')}</list>",
    "relation": "<relation id='relation_b'><column id='c1' name='who' typeRef='string'/><column id='c2' name='age'/>"
                f"<row id='r1'>{text('&quot;a&quot;')}{text('1')}</row><row id='r2'>{text('&quot;b&quot;')}{text('2')}</row></relation>",
    "context": "<context id='context_b'><contextEntry id='e1'><variable id='e1_v' name='x' typeRef='number'/>"
               f"{text('1')}</contextEntry><contextEntry id='e2'>{text('x + 1')}</contextEntry></context>",
    "invocation": f"<invocation id='invocation_b'>{text('twice')}<binding><parameter id='p1' name='n' typeRef='number'/>"
                  f"{text('2')}</binding></invocation>",
    "functionDefinition": "<functionDefinition id='function_b' kind='FEEL'><formalParameter id='fp' name='n' typeRef='number'/>"
                          f"{text('n * 2')}</functionDefinition>",
    "conditional": f"<conditional id='conditional_b' typeRef='number'><if id='if'>{text('true')}</if><then id='then'>{text('1')}"
                   f"</then><else id='else'>{text('2')}</else></conditional>",
    "filter": f"<filter id='filter_b'><in id='in1'>{text('[1,2]')}</in><match id='match'>{text('item &gt; 1')}</match></filter>",
    "for": f"<for id='for_b' iteratorVariable='i'><in id='in2' typeRef='Numbers'>{text('[1,2]')}</in>"
           f"<return id='return'>{text('i * 2')}</return></for>",
    "some": f"<some id='some_b' iteratorVariable='i'><in id='in3'>{text('[1]')}</in><satisfies id='s1'>{text('i = 1')}</satisfies></some>",
    "every": "<every id='every_b' iteratorVariable='i'><in id='in4'><filter id='inner'><in>"
             f"{text('[1]')}</in><match>{text('item = 1')}</match></filter></in><satisfies id='s2'>{text('i = 1')}</satisfies></every>",
    "decisionTable": (
        "<decisionTable id='table_b' hitPolicy='COLLECT' aggregation='SUM' preferredOrientation='Rule-as-Column' outputLabel='o'>"
        f"<input id='i1' label='in'>{text('given', 'inputExpression', ' id=&quot;ie&quot; typeRef=&quot;number&quot;').replace('&quot;', chr(34))}"
        f"{text('[0..9]', 'inputValues')}</input><output id='o1' name='out' label='Out' typeRef='number'>{text('1,2', 'outputValues')}"
        f"{text('0', 'defaultOutputEntry')}</output><annotation name='why'/><rule id='rule1'><description>said</description>"
        f"{text('&gt; 1', 'inputEntry', ' id=' + chr(34) + 'ie1' + chr(34))}{text('1', 'outputEntry', ' id=' + chr(34) + 'oe1' + chr(34))}"
        "<annotationEntry><text>so</text></annotationEntry></rule></decisionTable>"),
    "literalExpression": text("given + 1", "literalExpression", ' id="literal_b" expressionLanguage="https://www.omg.org/spec/DMN/20230324/FEEL/"'),
    "imported": "<literalExpression id='imported_b'><importedValues namespace='urn:y' importType='csv' locationURI='y.csv' "
                "expressionLanguage='urn:l'><importedElement>A1</importedElement></importedValues></literalExpression>",
}
REQUIRED = (
    "<description>words</description><extensionElements><x:own a='1'><x:in id='(0.1,2)'>y</x:in></x:own></extensionElements>"
    "<question>which?</question><allowedAnswers>numbers</allowedAnswers>")
REQUIREMENTS = (
    "<informationRequirement id='ir'><requiredInput href='#given'/></informationRequirement>"
    "<knowledgeRequirement id='kr'><requiredKnowledge href='#twice'/></knowledgeRequirement>"
    "<authorityRequirement id='ar'><requiredAuthority href='#law'/></authorityRequirement>"
    "<supportedObjective href='#goal'/><impactedPerformanceIndicator href='#goal'/><decisionMaker href='#office'/>"
    "<decisionOwner href='#office'/><usingProcess href='urn:p#p'/><usingTask href='urn:p#t'/>")


def whole() -> bytes:
    """The file."""
    first = decision("list", BOXES["list"], REQUIRED).replace("/><list", f"/>{REQUIREMENTS}<list")
    rest = "".join(f"<!-- {name} -->" + decision(name, logic) for name, logic in BOXES.items() if name != "list")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><!-- of the office -->\n<definitions xmlns="{MODEL}" xmlns:dmndi="{DMNDI}" '
        'xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" xmlns:di="http://www.omg.org/spec/DMN/20180521/DI/" xmlns:x="urn:x" '
        'id="whole" name="Whole" namespace="urn:whole" exporter="hand" exporterVersion="1" '
        'expressionLanguage="https://www.omg.org/spec/DMN/20230324/FEEL/" '
        'typeLanguage="https://www.omg.org/spec/DMN/20230324/FEEL/">'
        '<import id="other" name="other" namespace="urn:other" locationURI="other.dmn" '
        'importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
        f'<itemDefinition id="t1" name="Numbers" isCollection="true" typeLanguage="urn:feel"><typeRef>number</typeRef>'
        f'{text("[0..9]", "allowedValues")}{text("count(?) &lt; 9", "typeConstraint", " id=" + chr(34) + "tc" + chr(34))}</itemDefinition>'
        '<itemDefinition id="t2" name="Person"><itemComponent id="t3" name="age"><typeRef>number</typeRef></itemComponent>'
        '</itemDefinition><itemDefinition id="t4" name="Fun"><functionItem id="t5" outputTypeRef="number"><parameters id="t6" '
        'name="n" typeRef="number"/></functionItem></itemDefinition>'
        f"{first}{rest}"
        '<inputData id="given" name="given"><variable id="given_v" name="given" typeRef="number"/></inputData>'
        '<businessKnowledgeModel id="twice" name="twice"><variable id="twice_v" name="twice"/><encapsulatedLogic id="twice_f" kind="FEEL">'
        f'<formalParameter id="twice_p" name="n" typeRef="number"/>{BOXES["filter"].replace("id=", "x:was=")}</encapsulatedLogic>'
        '<authorityRequirement id="ar2"><requiredInput href="#given"/></authorityRequirement></businessKnowledgeModel>'
        '<knowledgeSource id="law" name="law" locationURI="law.pdf"><authorityRequirement id="ar3"><requiredDecision href="#list"/>'
        '</authorityRequirement><type>statute</type><owner href="#office"/></knowledgeSource>'
        '<decisionService id="service" name="service"><variable id="service_v" name="service"/><outputDecision href="#every"/>'
        '<encapsulatedDecision href="#some"/><inputDecision href="#for"/><inputData href="#given"/></decisionService>'
        '<group id="group" name="group"/><textAnnotation id="note" textFormat="text/html"><text>note</text></textAnnotation>'
        '<association id="link" associationDirection="One"><sourceRef href="#note"/><targetRef href="#list"/></association>'
        '<elementCollection id="some_of" name="some of"><drgElement href="#list"/></elementCollection>'
        '<performanceIndicator id="goal" name="goal" URI="urn:g"><impactingDecision href="#list"/></performanceIndicator>'
        '<organizationUnit id="office" name="office"><decisionMade href="#list"/><decisionOwned href="#list"/></organizationUnit>'
        '<dmndi:DMNDI><dmndi:DMNDiagram id="d1" name="one" resolution="9" documentation="w" useAlternativeInputDataShape="true">'
        '<di:extension><x:widths a="1"><x:width>2</x:width></x:widths></di:extension><dmndi:Size width="900" height="700"/>'
        '<dmndi:DMNShape id="sh1" dmnElementRef="list" isCollapsed="false" sharedStyle="style1"><di:extension><x:a/></di:extension>'
        '<dmndi:DMNStyle id="style2" fontFamily="f" fontSize="9" fontBold="true" labelHorizontalAlignement="center">'
        '<dmndi:FillColor red="1" green="2" blue="3"/><dmndi:StrokeColor red="1" green="2" blue="3"/>'
        '<dmndi:FontColor red="1" green="2" blue="3"/></dmndi:DMNStyle><dc:Bounds x="10" y="10" width="180" height="80"/>'
        '<dmndi:DMNLabel sharedStyle="style1"><dc:Bounds x="1" y="1" width="9" height="9"/><dmndi:Text>said</dmndi:Text></dmndi:DMNLabel>'
        '</dmndi:DMNShape><dmndi:DMNShape id="sh2" dmnElementRef="given" isListedInputData="false"><dc:Bounds x="10" y="200" width="125" '
        'height="45"/></dmndi:DMNShape><dmndi:DMNShape id="sh3" dmnElementRef="service" isCollapsed="false"><dc:Bounds x="400" y="10" '
        'width="300" height="300"/><dmndi:DMNDecisionServiceDividerLine id="line"><di:waypoint x="400" y="100"/><di:waypoint x="700" '
        'y="100"/></dmndi:DMNDecisionServiceDividerLine></dmndi:DMNShape><dmndi:DMNEdge id="ed1" dmnElementRef="ir" sourceElement="sh2" '
        'targetElement="sh1"><di:waypoint x="60" y="200"/><di:waypoint x="60" y="90"/></dmndi:DMNEdge></dmndi:DMNDiagram>'
        '<dmndi:DMNStyle id="style1" strokeColor="x"><dmndi:FillColor red="1" green="2" blue="3"/></dmndi:DMNStyle>'
        "</dmndi:DMNDI><!-- the end --></definitions>").encode()
