/// What repos are looked for by, in English and in other languages: a line begins with the English, what stands for it
/// follows; and first, after a dash, the words that say nothing.
enum GlossaryTable {
    static let entries = """
        -: de, la, el, los, las, un, una, unos, unas, y, e, o, u, en, con, para, por, del, al, sin, su, que, mi,
            mis, lo, les, le, des, du, et, ou, pour, dans, avec, sans, sur, aux, une, mes, son, ses, der, die,
            das, den, dem, und, oder, mit, von, vom, zu, zum, zur, im, auf, ohne, um, ein, eine, einen, einer,
            für, da, do, em, na, nas, com, sem, um, uma, di, il, gli, dei, della, delle, per, tra, che, het,
            een, van, voor, met, op, w, z, dla, i, oraz, для, и, или, с, со, в, во, на, от, из, к, по, без, под,
            мой, мои, з, та, від, ve, ile, için, bir, för, och, med, và, cho, của, και, για, με, του, της, των;
        password: contraseña, contraseñas, clave de acceso, senha, senhas, mot de passe, mots de passe,
            passwort, passwörter, kennwort, wachtwoord, hasło, haseł, hasła, пароль, пароли, паролей, пароля,
            密码, 口令, パスワード, 비밀번호, 암호, şifre, parola, mật khẩu, lösenord, κωδικών, סיסמאות, كلمات
            المرور, पासवर्ड, รหัสผ่าน, palavra-passe;
        manager: gestor, gestora, administrador, gerenciador, gerente, gestionnaire, gestore, verwalter,
            beheerder, menedżer, menadżer, менеджер, диспетчер, 管理器, マネージャー, マネージャ, 관리자,
            yöneticisi, yönetici, trình quản lý, hanterare, διαχειριστής, मैनेजर;
        management: gestión, administración, gerenciamento, gestão, gestione, verwaltung, beheer, zarządzanie,
            управление, управления, керування, 管理, 관리, yönetimi, quản lý, hantering, διαχείριση, إدارة;
        database: base de datos, bases de datos, banco de dados, base de dados, base de données, bases de
            données, datenbank, datenbanken, banca dati, base dati, baza danych, bazy danych, база данных, базы
            данных, баз данных, база даних, 数据库, 資料庫, データベース, 데이터베이스, veritabanı, veri tabanı,
            cơ sở dữ liệu, databas, قاعدة بيانات, βάση δεδομένων;
        data: datos, dados, données, daten, gegevens, danych, dati, данные, данных, дані, 数据, 資料, データ,
            데이터, veri, dữ liệu, بيانات, δεδομένα;
        file: archivo, archivos, fichero, ficheros, arquivo, arquivos, fichier, fichiers, datei, dateien,
            bestand, bestanden, plik, pliki, plików, файл, файлы, файлов, файлами, 文件, 檔案, ファイル, 파일,
            dosya, tệp, filer, ملفات, αρχεία;
        folder: carpeta, carpetas, dossier, ordner, verzeichnis, cartella, katalog, папка, папки, 文件夹,
            フォルダ, 폴더;
        search: búsqueda, buscar, busca, recherche, suche, suchen, zoeken, wyszukiwanie, wyszukiwarka, ricerca,
            cercare, поиск, поиска, пошук, 搜索, 检索, 搜尋, 検索, 검색, arama, tìm kiếm, sökning, بحث,
            αναζήτηση;
        search engine: motor de búsqueda, buscador, motor de busca, moteur de recherche, suchmaschine, motore di
            ricerca, zoekmachine, поисковик, поисковая система, поисковый движок, 搜索引擎, 検索エンジン,
            검색엔진, arama motoru, công cụ tìm kiếm;
        full text: texto completo, plein texte, volltext, полнотекстовый, 全文, 전문;
        machine learning: aprendizaje automático, aprendizado de máquina, aprendizagem automática, apprentissage
            automatique, maschinelles lernen, maschinellen lernens, machinaal leren, uczenie maszynowe, uczenia
            maszynowego, apprendimento automatico, машинное обучение, машинного обучения, машинному обучению,
            машинне навчання, 机器学习, 機械学習, 머신러닝, 기계학습, makine öğrenmesi, makine öğrenimi, học
            máy, maskininlärning, تعلم الآلة, μηχανική μάθηση;
        deep learning: aprendizaje profundo, aprendizado profundo, apprentissage profond, tiefes lernen,
            apprendimento profondo, глубокое обучение, глубокого обучения, 深度学习, 深層学習,
            ディープラーニング, 딥러닝, derin öğrenme, học sâu;
        reinforcement learning: aprendizaje por refuerzo, aprendizado por reforço, apprentissage par
            renforcement, bestärkendes lernen, обучение с подкреплением, 强化学习, 強化学習, 강화학습;
        neural network: red neuronal, redes neuronales, rede neural, redes neurais, réseau de neurones, réseaux
            de neurones, neuronale netze, neuronales netz, rete neurale, reti neurali, sieć neuronowa, sieci
            neuronowe, нейронная сеть, нейронные сети, нейросеть, нейросети, нейросетей, 神经网络,
            ニューラルネットワーク, 신경망, sinir ağı, mạng nơ ron;
        artificial intelligence: inteligencia artificial, intelligence artificielle, künstliche intelligenz,
            kunstmatige intelligentie, sztuczna inteligencja, intelligenza artificiale, искусственный интеллект,
            искусственного интеллекта, 人工智能, 人工知能, 인공지능, yapay zeka, trí tuệ nhân tạo, ذكاء اصطناعي;
        language model llm: modelo de lenguaje, modelos de lenguaje, modelo de linguagem, modèle de langage,
            modèles de langage, sprachmodell, sprachmodelle, modello linguistico, языковая модель, языковые
            модели, языковых моделей, 大模型, 语言模型, 大语言模型, 言語モデル, 언어모델;
        natural language processing: procesamiento de lenguaje natural, processamento de linguagem natural,
            traitement du langage naturel, sprachverarbeitung, обработка естественного языка, 自然语言处理,
            自然言語処理, 자연어처리;
        computer vision: visión por computadora, visión artificial, visão computacional, vision par ordinateur,
            bildverarbeitung, компьютерное зрение, компьютерного зрения, 计算机视觉, コンピュータビジョン,
            컴퓨터비전;
        speech recognition: reconocimiento de voz, reconocimiento del habla, reconhecimento de voz,
            reconhecimento de fala, reconnaissance vocale, reconnaissance de la parole, spracherkennung,
            spraakherkenning, rozpoznawanie mowy, riconoscimento vocale, распознавание речи, распознавания речи,
            语音识别, 音声認識, 음성인식, konuşma tanıma, ses tanıma, nhận dạng giọng nói;
        text to speech: texto a voz, síntesis de voz, texto em fala, síntese de voz, synthèse vocale,
            sprachsynthese, sprachausgabe, sintesi vocale, synteza mowy, синтез речи, озвучивание текста,
            语音合成, 文字转语音, 音声合成, 読み上げ, 음성합성;
        face recognition: reconocimiento facial, reconhecimento facial, reconnaissance faciale,
            gesichtserkennung, gezichtsherkenning, rozpoznawanie twarzy, riconoscimento facciale, распознавание
            лиц, 人脸识别, 顔認識, 얼굴인식, yüz tanıma, nhận diện khuôn mặt;
        character recognition ocr: reconocimiento de texto, reconhecimento de texto, reconnaissance de texte,
            texterkennung, zeichenerkennung, распознавание текста, 文字识别, 文字認識, 문자인식;
        object detection: detección de objetos, detecção de objetos, détection d'objets, objekterkennung,
            обнаружение объектов, 目标检测, 物体检测, 物体検出, 객체탐지;
        recognition: reconocimiento, reconhecimento, erkennung, riconoscimento, распознавание, 识别, 認識, 인식;
        voice: voz, voix, stimme, голос, голоса, 语音, 声音, 音声, ボイス, 음성, 목소리;
        translation translate: traducción, traducir, tradução, traduzir, traduction, traduire, übersetzung,
            übersetzer, übersetzen, vertaling, tłumaczenie, tłumacz, traduzione, перевод, переводчик, перевода,
            翻译, 翻訳, 번역, çeviri, dịch;
        image: imagen, imágenes, imagem, imagens, bild, bilder, immagine, immagini, obraz, obrazy, obrazów,
            afbeelding, afbeeldingen, изображение, изображения, изображений, 图片, 图像, 圖片, 画像, 이미지,
            görüntü, hình ảnh, صور;
        photo: foto, fotos, fotografía, fotografías, photographie, zdjęcia, zdjęć, фото, фотографии, 照片, 相册,
            写真, 사진, fotoğraf, ảnh;
        video: wideo, видео, відео, 视频, 影片, 動画, ビデオ, 동영상, 비디오, filmler;
        short video: 短视频;
        audio: звук, аудио, 音频, オーディオ, 오디오;
        music: música, músicas, musique, musik, muziek, muzyka, muzyki, музыка, музыки, музыкальный, 音乐, 音樂,
            音楽, 음악, müzik, nhạc;
        player: reproductor, lecteur, wiedergabe, odtwarzacz, lettore, проигрыватель, плеер, 播放器, プレーヤー,
            プレイヤー, 플레이어, 재생, oynatıcı;
        download: descargar, descarga, descargador, baixar, télécharger, téléchargement, téléchargeur,
            herunterladen, downloaden, pobieranie, pobierz, scaricare, скачать, скачивание, загрузка, загрузчик,
            下载, ダウンロード, 다운로드, 다운로더, indirme, indir, tải xuống, tải;
        upload: subir, enviar arquivos, envoyer, téléverser, hochladen, przesyłanie, caricare, загрузить, 上传,
            アップロード, 업로드;
        screenshot: captura de pantalla, capturas de pantalla, captura de tela, capture d'écran, captures
            d'écran, bildschirmfoto, zrzut ekranu, снимок экрана, скриншот, скриншоты, скриншотов, 截图, 截屏,
            スクリーンショット, 스크린샷, 화면캡처, ekran görüntüsü;
        screen: pantalla, tela, écran, bildschirm, scherm, ekran, schermo, экран, экрана, 屏幕, 画面, 화면, màn
            hình;
        record recorder: grabar, grabación, grabadora, gravar, gravador, gravação, enregistrer, enregistreur,
            enregistrement, aufnehmen, aufnahme, nagrywanie, registrare, запись, записать, 录制, 录屏, 録画,
            녹화;
        window manager: gestor de ventanas, gerenciador de janelas, gestionnaire de fenêtres, fensterverwaltung,
            fenstermanager, gestore di finestre, оконный менеджер, менеджер окон, 窗口管理器, 窗口管理,
            ウィンドウマネージャ, ウィンドウマネージャー, 창관리자;
        keyboard: teclado, clavier, tastatur, klawiatura, tastiera, клавиатура, клавиатуры, 键盘, キーボード,
            키보드;
        mouse: ratón, souris, maus, мышь, 鼠标, マウス, 마우스;
        clipboard: portapapeles, área de transferência, presse-papiers, zwischenablage, schowek, буфер обмена,
            剪贴板, クリップボード, 클립보드;
        editor: éditeur, edytor, редактор, редактора, 编辑器, 編輯器, エディタ, エディター, 편집기, 에디터,
            düzenleyici, trình soạn thảo, محرر;
        text: texto, textos, texte, testo, tekst, tekstu, текст, текста, текстовый, 文本, テキスト, 텍스트,
            metin;
        code editor: editor de código, éditeur de code, редактор кода, 代码编辑器, コードエディタ, 코드에디터;
        rich text wysiwyg: 富文本, リッチテキスト;
        spreadsheet: hoja de cálculo, hojas de cálculo, planilha, feuille de calcul, tabellenkalkulation, arkusz
            kalkulacyjny, foglio di calcolo, электронная таблица, 电子表格, 表格, 表計算, スプレッドシート,
            스프레드시트;
        document: documento, documentos, dokument, dokumente, documenti, dokumenty, dokumentów, документ,
            документы, документов, 文档, 文書, ドキュメント, 문서, belge, tài liệu;
        documentation: documentación, documentação, dokumentation, documentazione, dokumentacja, документация,
            문서화;
        note notes: notas, apuntes, anotações, notizen, notities, notatki, appunti, заметки, заметок, 笔记,
            ノート, メモ, 노트, 메모, ghi chú;
        book: libro, libros, livro, livros, livre, livres, buch, bücher, boek, książka, książki, libri, книга,
            книги, книг, 书籍, 电子书, 图书, 書籍, 電子書籍, 전자책, kitap, sách;
        reader: lector, leitor, czytnik, читалка, 阅读器, 阅读, リーダー, 리더;
        novel: novela, roman, 小说, 小説, 소설;
        blog: bitácora, блог, 博客, ブログ, 블로그;
        forum: foro, форум, 论坛, 社区, フォーラム, 커뮤니티;
        website: sitio web, sitios web, página web, páginas web, site web, sites web, webseite, webseiten,
            strona internetowa, stron internetowych, sito web, siti web, сайт, сайта, сайтов, сайты, 网站,
            ウェブサイト, サイト, 웹사이트, web sitesi, trang web;
        static site generator: generador de sitios estáticos, gerador de site estático, gerador de sites
            estáticos, générateur de site statique, générateur de sites statiques, generator statischer seiten,
            generator für statische seiten, generator für statische webseiten, generatore di siti statici,
            generator stron statycznych, генератор статических сайтов, статический генератор сайтов,
            静态网站生成器, 静态站点生成器, 静的サイトジェネレーター, 静的サイトジェネレータ, 정적사이트생성기;
        static: estático, estáticos, statique, statisch, statische, statico, statyczny, статический, 静态, 静的,
            정적;
        generator: generador, gerador, générateur, generatore, генератор, генератора, 生成器, ジェネレーター,
            ジェネレータ, 생성기, oluşturucu;
        generate: generar, gerar, générer, generieren, erzeugen, generować, generare, генерация, генерировать,
            生成, 생성;
        web server: servidor web, serveur web, serwer www, веб сервер, 网页服务器, ウェブサーバー, 웹서버;
        server: servidor, servidores, serveur, serveurs, serwer, serwera, сервер, сервера, серверов, 服务器,
            伺服器, サーバー, サーバ, 서버, sunucu, máy chủ, خادم;
        client: cliente, kunde, klient, клиент, клиента, 客户端, 用户端, クライアント, 클라이언트, istemci,
            عميل;
        proxy: прокси, 代理, プロキシ, 프록시, vekil;
        reverse proxy: proxy inverso, proxy reverso, proxy inverse, 反向代理, リバースプロキシ, 리버스프록시,
            обратный прокси;
        load balancer: balanceador de carga, équilibreur de charge, lastverteilung, lastverteiler, балансировщик
            нагрузки, балансировка нагрузки, 负载均衡, ロードバランサ, ロードバランサー, 로드밸런서;
        load testing: pruebas de carga, teste de carga, tests de charge, lasttest, lasttests, нагрузочное
            тестирование, 压力测试, 压测, 負荷テスト, 부하테스트;
        network: redes, rede, réseau, réseaux, netzwerk, netzwerke, netwerk, sieć, sieci, rete, сеть, сети,
            мережа, 网络, 網路, ネットワーク, 네트워크, mạng;
        bypass censorship: contornar censura, contourner la censure, umgehen, обход блокировок, обход, 翻墙,
            科学上网, 検閲回避;
        download manager: gestor de descargas, gerenciador de downloads, gestionnaire de téléchargement,
            менеджер загрузок, 下载器, 下载工具, ダウンローダー;
        browser: navegador, navegadores, navigateur, przeglądarka, przeglądarki, браузер, браузера, браузеры,
            浏览器, 瀏覽器, ブラウザ, ブラウザー, 브라우저, tarayıcı, trình duyệt, متصفح;
        extension plugin: extensiones, extensão, extensões, erweiterung, erweiterungen, rozszerzenie, wtyczka,
            estensione, расширение, расширения, плагин, 插件, 扩展, 拡張機能, プラグイン, 확장, 플러그인,
            eklenti;
        ad blocker: bloqueador de anuncios, bloqueur de publicité, bloqueur de publicités, werbeblocker,
            blokowanie reklam, блокировщик рекламы, блокировка рекламы, 广告拦截, 去广告, 屏蔽广告,
            広告ブロック, 광고차단, reklam engelleyici, chặn quảng cáo;
        block: bloquear, bloquer, blockieren, blokować, bloccare, блокировать, блокировка, 屏蔽, 拦截, ブロック,
            차단;
        ads: anuncios, publicidad, publicités, publicité, werbung, reklamy, reklam, pubblicità, реклама,
            рекламы, 广告, 広告, 광고;
        security: seguridad, segurança, sécurité, sicherheit, beveiliging, bezpieczeństwo, sicurezza,
            безопасность, безопасности, 安全, セキュリティ, 보안, güvenlik, bảo mật;
        vulnerability: vulnerabilidad, vulnerabilidades, vulnerabilidade, vulnérabilité, vulnérabilités,
            schwachstelle, schwachstellen, sicherheitslücke, sicherheitslücken, vulnerabilità, уязвимость,
            уязвимости, уязвимостей, 漏洞, 脆弱性, 취약점;
        penetration testing: pruebas de penetración, teste de penetração, test d'intrusion, penetrationstest,
            тестирование на проникновение, пентест, 渗透测试, 渗透, ペネトレーションテスト, 모의해킹,
            침투테스트;
        reverse engineering: ingeniería inversa, engenharia reversa, ingénierie inverse, rétro-ingénierie,
            rückentwicklung, обратная разработка, реверс инжиниринг, 逆向工程, 逆向, リバースエンジニアリング,
            리버스엔지니어링;
        encryption encrypt: cifrado, cifrar, encriptación, criptografia, criptografado, chiffrement, chiffré,
            chiffrée, verschlüsselung, verschlüsselt, verschlüsselte, szyfrowanie, crittografia, cifrato,
            шифрование, шифрования, зашифрованный, 加密, 暗号化, 暗号, 암호화, şifreleme, mã hóa;
        backup: copia de seguridad, copias de seguridad, respaldo, cópia de segurança, sauvegarde, sauvegardes,
            sauvegarder, datensicherung, sicherung, sicherungskopie, kopia zapasowa, kopie zapasowe, резервное
            копирование, резервная копия, бэкап, 备份, バックアップ, 백업, yedekleme, sao lưu;
        synchronize sync: sincronizar, sincronización, sincronização, synchroniser, synchronisation,
            synchronisieren, synchronizacja, sincronizzare, синхронизация, синхронизировать, синхронизации,
            同步, 同期, 동기화, senkronizasyon, đồng bộ;
        share sharing: compartir, compartilhar, compartilhamento, partager, partage, teilen, freigabe,
            udostępnianie, condividere, condivisione, обмен, поделиться, 共享, 分享, 共有, 공유, paylaşım, chia
            sẻ;
        remote desktop: escritorio remoto, área de trabalho remota, bureau à distance, fernwartung,
            fernsteuerung, ferndesktop, zdalny pulpit, desktop remoto, удаленный рабочий стол, удаленного
            рабочего стола, 远程桌面, リモートデスクトップ, 원격데스크톱, uzak masaüstü;
        remote: remoto, remota, à distance, entfernt, zdalny, удаленный, удаленная, 远程, 遠端, リモート, 원격;
        desktop: escritorio, bureau, schreibtisch, рабочий стол, 桌面, デスクトップ, 데스크톱, masaüstü;
        terminal: consola, терминал, терминала, терминале, 终端, ターミナル, 端末, 터미널, uçbirim;
        command line cli: línea de comandos, linha de comando, linha de comandos, ligne de commande,
            kommandozeile, befehlszeile, wiersz poleceń, riga di comando, командная строка, командной строки,
            命令行, コマンドライン, 명령줄, 커맨드라인, komut satırı, dòng lệnh;
        shell script: guion, guiones, скрипт, скрипты, скриптов, 脚本, スクリプト, 스크립트, betik;
        file manager: gestor de archivos, administrador de archivos, gerenciador de arquivos, gestionnaire de
            fichiers, dateimanager, dateiverwaltung, menedżer plików, gestore di file, файловый менеджер,
            文件管理器, 文件管理, ファイルマネージャー, ファイルマネージャ, 파일관리자, 파일탐색기;
        operating system: sistema operativo, sistemas operativos, sistema operacional, sistemas operacionais,
            système d'exploitation, betriebssystem, betriebssysteme, system operacyjny, операционная система,
            операционной системы, 操作系统, 作業系統, オペレーティングシステム, 운영체제, işletim sistemi, hệ
            điều hành;
        kernel: núcleo, noyau, ядро, ядра, 内核, カーネル, 커널;
        virtual machine: máquina virtual, máquinas virtuales, máquinas virtuais, machine virtuelle, machines
            virtuelles, virtuelle maschine, virtuelle maschinen, maszyna wirtualna, macchina virtuale,
            виртуальная машина, виртуальные машины, 虚拟机, 仮想マシン, 가상머신, sanal makine;
        container: contenedor, contenedores, contêiner, contêineres, conteneur, conteneurs, kontener, kontenery,
            контейнер, контейнеры, контейнеров, контейнеризация, 容器, コンテナ, 컨테이너, konteyner;
        orchestration: orquestación, orquestração, orchestrierung, orchestrazione, оркестрация, оркестратор,
            编排, オーケストレーション, 오케스트레이션;
        cloud: nube, nuvem, nuage, wolke, chmura, nuvola, облако, облачный, облачное, クラウド, 클라우드, bulut,
            đám mây;
        storage: almacenamiento, armazenamento, stockage, speicher, opslag, magazyn, archiviazione, хранилище,
            хранение, 存储, 儲存, ストレージ, 스토리지, 저장소, depolama, lưu trữ;
        cache: zwischenspeicher, кэш, кеш, 缓存, キャッシュ, 캐시, önbellek;
        in memory: en memoria, em memória, en mémoire, im arbeitsspeicher, im speicher, in memoria, в памяти,
            内存, インメモリ, 인메모리;
        key value: clave valor, chave valor, clé valeur, schlüssel wert, chiave valore, ключ значение, 键值,
            キーバリュー, 키값;
        time series: series temporales, series de tiempo, séries temporais, séries temporelles, séries
            chronologiques, zeitreihe, zeitreihen, serie temporali, serie storiche, szeregi czasowe, временные
            ряды, временных рядов, 时间序列, 时序, 時系列, 시계열, zaman serisi;
        graph: grafo, grafos, graphe, graphes, orientée graphe, graphen, grafi, граф, графов, графовая,
            图数据库, グラフ, 그래프;
        chart charts: gráfico, gráficos, graphique, graphiques, diagramm, diagramme, wykresy, grafici,
            диаграмма, диаграммы, графики, 图表, チャート, 차트, grafik, biểu đồ;
        visualization: visualización, visualização, visualisierung, wizualizacja, visualizzazione, визуализация,
            визуализации, 可视化, 視覺化, 可視化, 시각화, görselleştirme;
        analytics analysis: análisis, análise, analítica, analyse, analysen, auswertung, analiza, analizy,
            analisi, анализ, анализа, аналитика, 分析, 分析工具, 分析ツール, 분석, analiz, phân tích;
        dashboard: tablero, panel de control, painel, tableau de bord, armaturenbrett, pulpit nawigacyjny,
            cruscotto, панель, дашборд, 仪表盘, 仪表板, 看板, ダッシュボード, 대시보드, gösterge paneli;
        admin panel: panel de administración, painel administrativo, panneau d'administration,
            verwaltungsoberfläche, панель управления, админка, 后台管理, 后台, 管理画面, 관리자페이지;
        monitoring: monitorización, monitoreo, monitorear, monitorar, monitoramento, surveiller, supervision,
            überwachung, überwachen, monitorowanie, monitoraggio, monitorare, мониторинг, мониторинга, 监控,
            監視, モニタリング, 모니터링, izleme, giám sát;
        log logging: registros de log, journalisation, protokollierung, логирование, логи, логов, 日志, ログ,
            로그, 로깅;
        queue: colas, fila, filas, file d'attente, warteschlange, warteschlangen, kolejka, kolejki, coda,
            очередь, очереди, очередей, 队列, キュー, kuyruk, hàng đợi;
        message queue: cola de mensajes, colas de mensajes, fila de mensagens, file de messages,
            nachrichtenwarteschlange, kolejka wiadomości, coda di messaggi, очередь сообщений, брокер сообщений,
            消息队列, メッセージキュー, 메시지큐, mesaj kuyruğu, hàng đợi tin nhắn;
        message messaging: mensaje, mensajes, mensajería, mensagem, mensagens, messagerie, nachricht,
            nachrichten, wiadomości, messaggi, messaggistica, сообщение, сообщения, сообщений, 消息, メッセージ,
            메시지, mesaj, tin nhắn;
        messenger chat: mensajero, mensageiro, komunikator, messaggistica istantanea, мессенджер, мессенджера,
            чат, 聊天, 即时通讯, チャット, 메신저, 채팅, sohbet, trò chuyện;
        chatbot bot: robot conversacional, agent conversationnel, чат бот, чатбот, бот, бота, 机器人,
            聊天机器人, チャットボット, ボット, 챗봇;
        mail email: correo, correo electrónico, correio, correio eletrônico, courrier, courriel, poczta, poczty,
            posta, почта, почты, почтовый, 邮件, 郵件, メール, 이메일, 메일, e-posta, thư điện tử;
        scheduler scheduling: planificador, agendador, planificateur, ordonnanceur, planer, harmonogram,
            планировщик, расписание, 调度, 定时任务, スケジューラ, スケジューラー, 스케줄러, zamanlayıcı;
        distributed: distribuido, distribuida, distribué, distribuée, verteilt, verteilte, verteilter,
            verteiltes, rozproszony, distribuito, распределенный, распределенная, распределенные, 分布式, 分散,
            분산, dağıtık, phân tán;
        microservice: microservicio, microservicios, microsserviço, microsserviços, mikroservice, mikrodienste,
            mikroserwisy, microservizi, микросервис, микросервисы, микросервисов, 微服务, マイクロサービス,
            마이크로서비스;
        framework: marco de trabajo, cadre, rahmenwerk, фреймворк, фреймворка, фреймворки, 框架, フレームワーク,
            프레임워크, çatı;
        library: biblioteca, bibliotecas, librería, librerías, bibliothèque, bibliothèques, bibliothek,
            bibliotheken, bibliotheek, biblioteka, biblioteki, librerie, библиотека, библиотеки, библиотек,
            бібліотека, 函数库, 类库, ライブラリ, 라이브러리, kütüphane, thư viện, bibliotek, مكتبة, βιβλιοθήκη;
        component: componente, componentes, composant, composants, komponente, komponenten, komponenty,
            componenti, компонент, компоненты, компонентов, 组件, 元件, 组件库, コンポーネント, 컴포넌트,
            bileşen;
        user interface ui: interfaz de usuario, interfaz, interface de usuário, interface utilisateur,
            benutzeroberfläche, oberfläche, interfejs, interfaccia, интерфейс, интерфейса, пользовательский
            интерфейс, 界面, 用户界面, インターフェース, 인터페이스, arayüz, giao diện;
        graphical gui: gráfica, grafische, grafische oberfläche, графический, 图形界面, 图形化, 그래픽;
        template: plantilla, plantillas, modelo de página, modèle, modèles, vorlage, vorlagen, szablon,
            szablony, modello, шаблон, шаблоны, шаблонов, 模板, テンプレート, 템플릿, şablon;
        theme: motyw, тема оформления, 主题, テーマ, 테마;
        font: tipografía, fuente tipográfica, fonte tipográfica, police de caractères, schriftart, schriftarten,
            czcionka, carattere, шрифт, шрифты, шрифтов, 字体, フォント, 글꼴, 폰트, yazı tipi;
        icon icons: iconos, ícones, symbole, ikony, icone, иконки, значки, 图标, アイコン, 아이콘, simge;
        animation: animación, animaciones, animação, animações, animationen, animacja, animacje, animazione,
            анимация, анимации, 动画, アニメーション, 애니메이션, animasyon;
        game: juego, juegos, videojuego, videojuegos, jogo, jogos, jeu, jeux, jeu vidéo, jeux vidéo, spiel,
            spiele, spelletje, gier, gioco, giochi, videogioco, игра, игры, игр, игровой, гра, 游戏, 遊戲,
            ゲーム, 게임, oyun, trò chơi, لعبة, ألعاب;
        game engine: motor de juegos, motor de videojuegos, motor de jogo, motor de jogos, moteur de jeu, moteur
            de jeux, moteur de jeu vidéo, spiel-engine, spiele-engine, spieleengine, silnik gry, silnik do gier,
            motore di gioco, motore grafico, motore per giochi, игровой движок, движок для игр, игровые движки,
            游戏引擎, ゲームエンジン, 게임엔진, oyun motoru, spelmotor, محرك ألعاب;
        engine: motor, moteur, motore, silnik, движок, движка, двигатель, 引擎, エンジン, 엔진, motoru, محرك;
        emulator: emulador, émulateur, emulatore, эмулятор, эмулятора, 模拟器, エミュレータ, エミュレーター,
            에뮬레이터;
        physics: física, physique, physik, fizyka, физика, 物理, 물리;
        map maps: mapa, mapas, carte, cartes, cartographie, karte, karten, landkarte, mapy, mappa, mappe, карта,
            карты, карт, 地图, 地図, 지도, harita, bản đồ;
        weather: tiempo meteorológico, meteorología, météo, wetter, weer, pogoda, погода, погоды, 天气, 天気,
            날씨, hava durumu, thời tiết;
        crawler scraping: rastreador, raspado, raspagem, rastreador web, robot d'indexation, extraction web,
            парсер, парсинг, краулер, 爬虫, クローラー, クローラ, スクレイピング, 크롤러, 크롤링, thu thập dữ
            liệu;
        compiler: compilador, compilateur, kompilator, compilatore, компилятор, компилятора, 编译器, コンパイラ,
            컴파일러, derleyici, trình biên dịch;
        interpreter: intérprete, interpréteur, interpretador, интерпретатор, 解释器, インタプリタ,
            インタープリタ, 인터프리터;
        programming: programación, programar, programação, programmation, programmierung, programmieren,
            programowanie, programmazione, программирование, программирования, программированию, 编程, 程式設計,
            プログラミング, 프로그래밍, programlama, lập trình, programmering;
        programming language: lenguaje de programación, linguagem de programação, langage de programmation,
            programmiersprache, język programowania, linguaggio di programmazione, язык программирования, языка
            программирования, языки программирования, 编程语言, プログラミング言語, 프로그래밍언어, programlama
            dili, ngôn ngữ lập trình;
        programmer developer: programador, desarrollador, desarrolladores, programadores, desenvolvedor,
            desenvolvedores, développeur, développeurs, programmierer, entwickler, programista, sviluppatore,
            sviluppatori, программист, разработчик, разработчиков, программистов, 程序员, 开发者, プログラマー,
            開発者, 개발자, geliştirici, lập trình viên;
        development: desarrollo, desenvolvimento, développement, entwicklung, sviluppo, разработка, разработки,
            开发, 開発, 개발, geliştirme, phát triển;
        software: программное обеспечение, приложение, 软件, 軟體, ソフトウェア, 소프트웨어, yazılım, phần mềm,
            logiciel, logiciels, oprogramowanie;
        application app: aplicación, aplicaciones, aplicativo, aplicativos, aplicação, anwendung, anwendungen,
            aplikacja, aplikacje, applicazione, applicazioni, приложения, приложений, 应用, 应用程序, アプリ,
            アプリケーション, 애플리케이션, 어플, uygulama, ứng dụng;
        open source: código abierto, código aberto, de código abierto, código fuente abierto, logiciel libre,
            source ouverte, quelloffen, quelloffene, quelloffener, quelloffenes, otwarte oprogramowanie,
            otwartoźródłowy, codice aperto, открытый исходный код, с открытым исходным кодом, открытым исходным
            кодом, открытым кодом, відкритим кодом, 开源, 開源, オープンソース, 오픈소스, açık kaynak, mã nguồn
            mở, öppen källkod, مفتوح المصدر;
        free: gratis, gratuito, gratuita, gratuitos, gratuit, gratuite, gratuits, kostenlos, kostenlose,
            darmowy, darmowe, gratuiti, бесплатный, бесплатно, бесплатные, 免费, 無料, 무료, ücretsiz, miễn phí;
        self hosted: autoalojado, autohospedado, alojar, auto hospedado, auto-hospedado, hospedar, auto-hébergé,
            auto-hébergée, auto-hébergement, héberger soi-même, héberger, selbst hosten, selbst gehostet,
            selbstgehostet, selbst betreiben, zelf hosten, samodzielny hosting, собственный сервер, на своем
            сервере, самостоятельный хостинг, 自托管, 自建, 私有化部署, セルフホスト, 셀프호스팅;
        tutorial: tutoriel, tutoriels, anleitung, samouczek, guida, учебник, руководство, туториал, самоучитель,
            教程, 教學, チュートリアル, 튜토리얼, 강좌, hướng dẫn;
        course: curso, cursos, cours, kurs, corso, курс, курсы, 课程, 講座, 강의, khóa học;
        guide: guía, guías, leitfaden, ratgeber, przewodnik, гайд, 指南, 手册, ガイド, 가이드, rehber;
        learn: aprender, apprendre, lernen, leren, nauka, imparare, учиться, изучение, изучать, изучить, 学习,
            学ぶ, 学習, 勉強, 배우기, 학습, öğrenme;
        beginner: principiante, principiantes, iniciante, iniciantes, débutant, débutants, anfänger,
            początkujących, principianti, новичок, начинающих, 入门, 新手, 初心者, 入門, 초보, 입문, yeni
            başlayan;
        example examples: ejemplo, ejemplos, exemplo, exemplos, exemples, beispiel, beispiele, przykłady,
            esempi, пример, примеры, примеров, 示例, 例子, 实例, サンプル, 예제;
        interview: entrevista, entrevistas, entretien, vorstellungsgespräch, bewerbungsgespräch, rozmowa
            kwalifikacyjna, colloquio, собеседование, собеседования, собеседованию, 面试, 面接, 면접, mülakat,
            phỏng vấn;
        algorithm: algoritmo, algoritmos, algorithme, algorithmes, algorithmus, algorithmen, algorytm,
            algorytmy, algoritmi, алгоритм, алгоритмы, алгоритмов, 算法, 演算法, アルゴリズム, 알고리즘,
            algoritma, thuật toán;
        data structure: estructura de datos, estructuras de datos, estrutura de dados, estruturas de dados,
            structure de données, structures de données, datenstruktur, datenstrukturen, struktury danych,
            strutture dati, структура данных, структуры данных, структур данных, 数据结构, データ構造, 자료구조,
            veri yapıları;
        design patterns: patrones de diseño, padrões de projeto, patrons de conception, entwurfsmuster, wzorce
            projektowe, паттерны проектирования, шаблоны проектирования, 设计模式, デザインパターン, 디자인패턴;
        list awesome: lista, listas, liste, elenco, список, списки, 列表, 清单, 合集, 大全, リスト, まとめ,
            목록, 모음;
        collection: colección, coleção, sammlung, kolekcja, raccolta, коллекция, сборник, подборка, 收集, 集合,
            コレクション, 컬렉션;
        resource resources: recursos, ressources, ressourcen, zasoby, risorse, ресурсы, ресурсов, 资源, 资料,
            リソース, 자료;
        tool tools: herramienta, herramientas, ferramenta, ferramentas, outil, outils, werkzeug, werkzeuge,
            narzędzie, narzędzia, strumento, strumenti, инструмент, инструменты, инструментов, утилита, 工具,
            ツール, 도구, araç, công cụ, verktyg;
        test testing: prueba, pruebas, teste, testes, essai, prüfung, testy, testów, тест, тесты, тестов,
            тестирование, тестирования, 测试, テスト, 테스트, kiểm thử;
        automation: automatización, automatizar, automação, automatisation, automatiser, automatisierung,
            automatisieren, automatyzacja, automazione, автоматизация, автоматизации, 自动化, 自動化, 자동화,
            otomasyon, tự động hóa;
        home automation: domótica, automatización del hogar, automação residencial, domotique,
            hausautomatisierung, hausautomation, heimautomatisierung, automatyka domowa, умный дом, умного дома,
            домашняя автоматизация, 智能家居, ホームオートメーション, スマートホーム, 스마트홈, 홈오토메이션,
            akıllı ev, nhà thông minh;
        workflow: flujo de trabajo, flujos de trabajo, fluxo de trabalho, flux de travail, arbeitsablauf,
            arbeitsabläufe, przepływ pracy, flusso di lavoro, рабочий процесс, 工作流, ワークフロー, 워크플로우,
            워크플로;
        deploy deployment: desplegar, despliegue, implantar, implantação, déployer, déploiement, bereitstellen,
            bereitstellung, wdrożenie, distribuzione, развертывание, деплой, 部署, デプロイ, 배포, dağıtım,
            triển khai;
        version control: control de versiones, controle de versão, contrôle de version, gestion de versions,
            versionsverwaltung, versionskontrolle, kontrola wersji, controllo di versione, контроль версий,
            система контроля версий, 版本控制, バージョン管理, 버전관리, sürüm kontrol;
        package manager: gestor de paquetes, gerenciador de pacotes, gestionnaire de paquets, paketverwaltung,
            paketmanager, menedżer pakietów, gestore di pacchetti, менеджер пакетов, пакетный менеджер,
            包管理器, 包管理, パッケージマネージャー, パッケージマネージャ, パッケージ管理, 패키지매니저,
            패키지관리자;
        state management: gestión de estado, manejo de estado, gerenciamento de estado, gestion d'état,
            zustandsverwaltung, zarządzanie stanem, управление состоянием, 状态管理, 状態管理, 상태관리;
        form forms: formulario, formularios, formulaire, formulaires, formular, formulare, formularz, форма,
            формы, форм, 表单, フォーム;
        validation: validación, validação, validierung, walidacja, convalida, валидация, проверка, 验证, 校验,
            バリデーション, 検証, 유효성검사, 검증;
        authentication: autenticación, autenticação, authentification, authentifizierung, anmeldung,
            uwierzytelnianie, autenticazione, аутентификация, авторизация, 认证, 鉴权, 登录, 認証, 인증, kimlik
            doğrulama, xác thực;
        permission: permiso, permisos, permissão, permissões, autorisation, berechtigung, berechtigungen,
            uprawnienia, permessi, права доступа, разрешения, 权限, 権限, 권한;
        payment: pago, pagos, pagamento, pagamentos, paiement, paiements, zahlung, zahlungen, płatności,
            pagamenti, платеж, платежи, оплата, 支付, 決済, 결제, ödeme, thanh toán;
        shop ecommerce: tienda, tienda en línea, comercio electrónico, loja, loja virtual, comércio eletrônico,
            boutique, boutique en ligne, commerce électronique, onlineshop, sklep, sklep internetowy, negozio,
            интернет магазин, магазин, 商城, 电商, ショップ, 通販, 쇼핑몰, mağaza, e-ticaret, cửa hàng;
        finance budget: finanzas, presupuesto, finanças, orçamento, finances, finanzen, haushaltsbuch, finanse,
            budżet, finanze, bilancio, финансы, бюджет, учет финансов, 财务, 记账, 金融, 家計簿, 가계부, 금융,
            finans, tài chính;
        trading: comercio algorítmico, negociação, торговля, трейдинг, 交易, 量化交易, 取引, 거래, 트레이딩;
        stock: acciones, ações, bourse, aktien, akcje, azioni, акции, биржа, 股票, 주식;
        blockchain: cadena de bloques, chaîne de blocs, блокчейн, 区块链, ブロックチェーン, 블록체인;
        low code: bajo código, низкий код, 低代码, ローコード, 로우코드;
        mini program wechat: 小程序, 微信小程序;
        wechat: 微信;
        alibaba: 阿里巴巴, 阿里;
        mobile: móvil, móviles, celular, movel, telefone, mobil, telefon, мобильный, мобильные, мобильных,
            移动端, 手机, モバイル, スマホ, 모바일, điện thoại;
        android: андроид, 安卓, アンドロイド, 안드로이드;
        javascript: джаваскрипт, ジャバスクリプト, 자바스크립트;
        java: джава, ジャバ, 자바;
        python: питон, пайтон, パイソン, 파이썬;
        react: реакт, リアクト, 리액트;
        docker: докер, ドッカー, 도커;
        kubernetes: кубернетес, クバネティス, 쿠버네티스;
        linux: линукс, リナックス, 리눅스;
        windows: виндовс, виндоус, ウィンドウズ, 윈도우, 윈도우즈;
        front end: фронтенд, 前端, フロントエンド, 프론트엔드;
        back end: бэкенд, 后端, バックエンド, 백엔드;
        roadmap: hoja de ruta, roteiro, feuille de route, fahrplan, дорожная карта, 路线图, 学习路线,
            ロードマップ, 로드맵;
        convert converter: convertir, conversor, convertidor, convertisseur, umwandeln, konvertieren, konverter,
            konwerter, convertire, конвертер, конвертировать, преобразование, 转换, 转换器, 変換, 변환,
            dönüştürücü, chuyển đổi;
        compress compression: comprimir, compresión, compactar, compressão, compresser, komprimieren,
            komprimierung, kompresja, comprimere, сжатие, архиватор, 压缩, 圧縮, 압축, sıkıştırma, nén;
        scan scanner: escanear, escáner, digitalizar, numériser, numérisation, scannen, skaner, scansionare,
            сканер, сканирование, 扫描, スキャン, スキャナー, 스캔, 스캐너, tarama;
        print printer: impresora, imprimir, impressora, imprimante, drucken, drucker, drukarka, stampante,
            печать, принтер, 打印, 印刷, 프린터, yazıcı;
        calendar: calendario, calendrier, kalender, kalendarz, календарь, календаря, 日历, カレンダー, 달력,
            takvim, lịch;
        task todo: tarea, tareas, tarefa, tarefas, tâche, tâches, aufgabe, aufgaben, zadania, compiti, attività,
            задача, задачи, задач, 任务, 待办, タスク, 할일, görev;
        project management: gestión de proyectos, gerenciamento de projetos, gestion de projet, gestion de
            projets, projektmanagement, projektverwaltung, zarządzanie projektami, gestione progetti, управление
            проектами, 项目管理, プロジェクト管理, 프로젝트관리, proje yönetimi;
        mind map: mapa mental, mapas mentales, carte mentale, cartes mentales, gedankenkarte, mappa mentale,
            ментальная карта, 思维导图, 脑图, マインドマップ, 마인드맵;
        diagram: diagrama, diagramas, schaubild, diagramy, 流程图, ダイアグラム, 다이어그램;
        presentation slides: presentación, presentaciones, apresentação, diapositivas, diaporama, präsentation,
            präsentationen, folien, prezentacja, presentazione, презентация, презентации, слайды, 幻灯片,
            演示文稿, プレゼン, スライド, 프레젠테이션, sunum;
        resume cv: lebenslauf, życiorys, резюме, 简历, 履歴書, 이력서, özgeçmiş;
        wiki knowledge base: base de conocimiento, base de conhecimento, base de connaissances,
            wissensdatenbank, baza wiedzy, база знаний, базы знаний, 知识库, ナレッジベース, 지식베이스, bilgi
            bankası;
        media server: servidor multimedia, servidor multimídia, serveur multimédia, medienserver, serwer
            multimediów, медиасервер, медиа сервер, 媒体服务器, メディアサーバー, 미디어서버;
        torrent: торрент, 种子, 磁力, トレント, 토렌트;
        livestream streaming: transmisión en vivo, transmissão ao vivo, diffusion en direct, übertragung,
            transmisja, diretta, трансляция, стриминг, 直播, 配信, ライブ配信, 스트리밍, 방송;
        subtitle: subtítulo, subtítulos, legenda, legendas, sous-titre, sous-titres, untertitel, napisy,
            sottotitoli, субтитры, субтитров, 字幕, 자막, altyazı, phụ đề;
        input method: método de entrada, méthode de saisie, eingabemethode, 输入法, 拼音, 入力メソッド,
            日本語入力, 입력기;
        word segmentation: 分词;
        poetry: poesía, poemas, poésie, gedichte, поэзия, стихи, 古诗, 诗词;
        cooking recipe: cocina, recetas, receitas, cuisine, recettes, kochen, rezepte, przepisy, ricette,
            рецепты, кулинария, 做饭, 菜谱, 食谱, レシピ, 料理, 요리, 레시피;
        math: matemáticas, matemática, mathématiques, mathe, mathematik, matematyka, математика, математики,
            数学, 수학, matematik, toán;
        science: ciencia, sciences, wissenschaft, scienza, наука, 科学, 과학, bilim;
        fast: rápido, rápida, rapide, schnell, schnelle, schneller, szybki, veloce, быстрый, быстрая, быстро,
            快速, 高速, 빠른, hızlı, nhanh;
        lightweight light: ligero, ligera, leve, léger, légère, leicht, leichtgewichtig, lekki, leggero, легкий,
            легковесный, 轻量, 轻量级, 軽量, 경량, 가벼운, hafif, nhẹ;
        simple easy: sencillo, sencilla, simples, fácil, facile, einfach, einfache, einfacher, prosty, semplice,
            простой, простая, просто, легко, 简单, 简洁, シンプル, 簡単, 간단한, 쉬운, basit, đơn giản;
        modern: moderno, moderna, moderne, moderner, nowoczesny, современный, современная, 现代, モダン, 現代,
            모던, 현대적인;
        beautiful: bonito, hermoso, bonita, beau, belle, schön, schöne, piękny, bello, красивый, красивая, 漂亮,
            美观, 美しい, 예쁜, güzel, đẹp;
        offline: sin conexión, hors ligne, hors connexion, bez internetu, оффлайн, офлайн, 离线, オフライン,
            오프라인, çevrimdışı, ngoại tuyến;
        real time: tiempo real, tempo real, temps réel, echtzeit, tempo reale, czas rzeczywisty, реальном
            времени, реального времени, 实时, リアルタイム, 실시간, gerçek zamanlı, thời gian thực;
        cross platform: multiplataforma, multiplateforme, plattformübergreifend, plattformübergreifende,
            wieloplatformowy, multipiattaforma, кроссплатформенный, кроссплатформенная, 跨平台,
            クロスプラットフォーム, 크로스플랫폼, çoklu platform, đa nền tảng;
        private privacy: privacidad, privacidade, vie privée, confidentialité, datenschutz, privatsphäre,
            prywatność, riservatezza, приватность, конфиденциальность, 隐私, プライバシー, 개인정보, gizlilik,
            riêng tư;
        anonymous: anónimo, anonyme, anonym, anonimowy, анонимный, анонимность, 匿名, 익명;
        device: dispositivo, dispositivos, appareil, appareils, périphérique, gerät, geräte, geräten, apparaat,
            urządzenie, urządzenia, dispositivi, устройство, устройства, устройствами, устройств, 设备,
            デバイス, 機器, 기기, cihaz, thiết bị;
        robot: робот, ロボット, 로봇;
        collaborative: colaborativo, colaborativa, collaboratif, gemeinsam, współpraca, collaborativo,
            совместный, совместная, 协作, 协同, 共同編集, 협업;
        comment: comentario, comentarios, commentaire, commentaires, kommentar, kommentare, комментарии, 评论,
            コメント, 댓글;
        request: petición, peticiones, requisição, requisições, requête, requêtes, anfrage, anfragen, richieste,
            запрос, запросы, запросов, 请求, リクエスト, 요청;
        """
}
