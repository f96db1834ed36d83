"""Readings of words whose characters have several, where pypinyin's own phrases are wrong or silent.

Each entry was heard wrong or is a word of the counters this program speaks for. Tones are the dictionary's; what speech
does to them is the business of ``speech.kokoro_phonemes``.
"""

from __future__ import annotations

import functools
import logging

READINGS: dict[str, str] = {
    # 行: xing2 go, hang2 firm
    "行政": "xing2 zheng4",
    "行政服务中心": "xing2 zheng4 fu2 wu4 zhong1 xin1",
    "开户行": "kai1 hu4 hang2",
    "发卡行": "fa1 ka3 hang2",
    "放款行": "fang4 kuan3 hang2",
    "行号": "hang2 hao4",
    # 重: zhong4 heavy, chong2 again
    "重新": "chong2 xin1",
    "重办": "chong2 ban4",
    "重领": "chong2 ling3",
    "重置": "chong2 zhi4",
    "重度残疾": "zhong4 du4 can2 ji2",
    "重残": "zhong4 can2",
    # 长: chang2 long, zhang3 grow, head
    "学龄长": "xue2 ling2 zhang3",
    "家长": "jia1 zhang3",
    "局长": "ju2 zhang3",
    "镇长": "zhen4 zhang3",
    "村长": "cun1 zhang3",
    "长期护理": "chang2 qi1 hu4 li3",
    "长护险": "chang2 hu4 xian3",
    # 还: huan2 give back, hai2 still
    "还款": "huan2 kuan3",
    "还贷": "huan2 dai4",
    "还清": "huan2 qing1",
    "退还": "tui4 huan2",
    "归还": "gui1 huan2",
    # 差: cha1 difference, chai1 errand, cha4 lacking
    "差额": "cha1 e2",
    "差价": "cha1 jia4",
    "补差": "bu3 cha1",
    "级差": "ji2 cha1",
    "出差": "chu1 chai1",
    "好差评": "hao3 cha4 ping2",
    "差评": "cha4 ping2",
    # 便: bian4 convenience
    "便民": "bian4 min2",
    "便民服务中心": "bian4 min2 fu2 wu4 zhong1 xin1",
    # 参: can1 take part
    "参保": "can1 bao3",
    "参保地": "can1 bao3 di4",
    "参保人": "can1 bao3 ren2",
    # 调: tiao2 adjust, diao4 transfer
    "调整": "tiao2 zheng3",
    "待遇调整": "dai4 yu4 tiao2 zheng3",
    "调档": "diao4 dang4",
    "调解": "tiao2 jie3",
    "抽调": "chou1 diao4",
    "调取": "diao4 qu3",
    "外调": "wai4 diao4",
    # 缴, 复, 供, 处, 藏
    "缴费": "jiao3 fei4",
    "缴纳": "jiao3 na4",
    "补缴": "bu3 jiao3",
    "复印件": "fu4 yin4 jian4",
    "供养": "gong1 yang3",
    "特困供养": "te4 kun4 gong1 yang3",
    "五保供养": "wu3 bao3 gong1 yang3",
    "办事处": "ban4 shi4 chu4",
    "处理": "chu3 li3",
    "处罚": "chu3 fa2",
    # 朝, 降, 率, 薄, 血, 传, 载, 折, 落, 得, 给, 更, 数, 应, 当, 中, 为, 地, 都
    "费率": "fei4 lv4",
    "利率": "li4 lv4",
    "汇率": "hui4 lv4",
    "户口簿": "hu4 kou3 bu4",
    "记载": "ji4 zai3",
    "载明": "zai3 ming2",
    "存折": "cun2 zhe2",
    "落户": "luo4 hu4",
    "供给": "gong1 ji3",
    "给付": "ji3 fu4",
    "更正": "geng1 zheng4",
    "更换": "geng1 huan4",
    "变更": "bian4 geng1",
    "更名": "geng1 ming2",
    "当场": "dang1 chang3",
    "当天": "dang4 tian1",
    "当日": "dang4 ri4",
    "当年": "dang1 nian2",
    "中奖": "zhong4 jiang3",
    "为准": "wei2 zhun3",
    "为期": "wei2 qi1",
    "视为": "shi4 wei2",
    "称为": "cheng1 wei2",
    "应当": "ying1 dang1",
    "应届": "ying1 jie4",
    "应缴": "ying1 jiao3",
    "应征": "ying4 zheng1",
    "适应": "shi4 ying4",
    "曾用名": "ceng2 yong4 ming2",
    "几个": "ji3 ge4",
    "几天": "ji3 tian1",
    "卡号": "ka3 hao4",
    "一卡通": "yi1 ka3 tong1",
    "社保卡": "she4 bao3 ka3",
    "提供": "ti2 gong1",
    "量大": "liang4 da4",
    "量表": "liang4 biao3",
    "角色": "jue2 se4",
    "校对": "jiao4 dui4",
    "弹窗": "tan2 chuang1",
    "解送": "jie4 song4",
    "强制": "qiang2 zhi4",
    "散装": "san3 zhuang1",
    "没收": "mo4 shou1",
    "转账": "zhuan3 zhang4",
    "转移": "zhuan3 yi2",
    "转出": "zhuan3 chu1",
    "转入": "zhuan3 ru4",
    "转学": "zhuan3 xue2",
    "干部": "gan4 bu4",
    "相片": "xiang4 pian4",
    "证件照": "zheng4 jian4 zhao4",
    # places of this city
    "温岭": "wen1 ling3",
    "泽国": "ze2 guo2",
    "大溪": "da4 xi1",
    "松门": "song1 men2",
    "箬横": "ruo4 heng2",
    "新河": "xin1 he2",
    "石塘": "shi2 tang2",
    "滨海": "bin1 hai3",
    "温峤": "wen1 qiao2",
    "城南": "cheng2 nan2",
    "石桥头": "shi2 qiao2 tou2",
    "坞根": "wu4 gen1",
    "台州": "tai1 zhou1",
    "台州市": "tai1 zhou1 shi4",
    "浙江": "zhe4 jiang1",
}
"""word -> dictionary pinyin, tone digit after each syllable, ``v`` for ü."""


RARE: dict[str, str] = {"𠮷": "jí"}
"""Characters of names that pypinyin does not know."""


@functools.cache
def load_readings() -> None:
    """Teach pypinyin and jieba these words, once for the process."""
    import jieba
    from pypinyin import load_phrases_dict, load_single_dict
    from pypinyin.contrib.tone_convert import tone3_to_tone

    jieba.setLogLevel(logging.ERROR)  # it tells of loading its dictionary
    load_phrases_dict(
        {word: [[tone3_to_tone(syllable)] for syllable in reading.split()] for word, reading in READINGS.items()}
    )
    load_single_dict({ord(sign): reading for sign, reading in RARE.items()})
    for word in READINGS:
        jieba.add_word(word)
