// What a reload brings back: kept in this browser alone (IndexedDB).

const NAME = 'sgru-studio';
const STORE = 'work';

/** Keeps values by name. Where the browser forbids it, nothing is kept, and nothing fails. */
export class Store {
  private readonly database: Promise<IDBDatabase | null> = opened();

  /** Gives what was kept, or undefined. */
  async get<T>(name: string): Promise<T | undefined> {
    return this.transact<T>('readonly', (store) => store.get(name));
  }

  /** Keeps something; undefined forgets it. */
  async set(name: string, value: unknown): Promise<void> {
    await this.transact('readwrite', (store) => (value === undefined ? store.delete(name) : store.put(value, name)));
  }

  private async transact<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<T | undefined> {
    const database = await this.database;
    if (!database) return undefined;
    return new Promise((resolve) => {
      try {
        const transaction = database.transaction(STORE, mode);
        const request = act(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request.result as T);
        transaction.onerror = transaction.onabort = () => resolve(undefined);
      } catch {
        resolve(undefined);
      }
    });
  }
}

function opened(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}
