// Package seal keeps secrets unreadable at rest: one master key, one purpose per use, AES-256-GCM.
package seal
